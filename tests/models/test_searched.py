import json
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from mixsuite.checks import SettingError
from mixsuite.models.auxiliary import AuxiliaryHead, WithAuxiliary, main_logits
from mixsuite.models.drop_path import DropPath, advance_drop_paths
from mixsuite.models.registry import build_model

GENOTYPES = Path(__file__).parents[2] / "workflow" / "genotypes"
SMALL = {"family": "searched_cifar", "channels": 4, "cells": 3}


def genotype(name):
    return json.loads((GENOTYPES / f"pc-darts-{name}.json").read_text())["genotype"]


def small(**changes):
    torch.manual_seed(0)
    model = {**SMALL, "genotype": genotype("cifar10"), **changes}
    return build_model(model, n_classes=5, in_channels=1, image_size=8)


def numbers_in(shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("name", "parameters"), [("cifar10", 5_270_560), ("imagenet", 5_342_464)])
def test_published_genotypes_have_their_size_on_imagenet(count_parameters, name, parameters):
    # 5.27 M and 5.34 M, in Xu et al. and jeong2021's Table 5 as 5.3.
    model = {"family": "searched_imagenet", "genotype": genotype(name), "auxiliary_weight": 0}
    assert count_parameters(model, n_classes=1000, image_size=224) == parameters


def test_the_cifar_genotype_has_its_size_on_cifar(count_parameters):
    # 3.6 M (Xu et al., Table 1).
    model = {"family": "searched_cifar", "genotype": genotype("cifar10"), "auxiliary_weight": 0}
    assert count_parameters(model, n_classes=10) == 3_634_678


def test_the_auxiliary_heads_have_darts_sizes(count_parameters):
    for family, size, classes, head in (
        ("searched_cifar", 32, 10, 476_426),
        ("searched_imagenet", 224, 1000, 1_260_776),
    ):
        with_head, without = (
            count_parameters(
                {"family": family, "genotype": genotype("cifar10"), "auxiliary_weight": weight}, classes, 3, size
            )
            for weight in (0.4, 0)
        )
        assert with_head - without == head


def test_a_training_gets_two_logits_and_an_evaluation_one():
    network, images = small(), numbers_in((3, 1, 8, 8))
    outputs = network(images)
    assert isinstance(outputs, WithAuxiliary)
    assert outputs.logits.shape == outputs.auxiliary.shape == (3, 5)
    assert outputs.weight == 0.4
    assert main_logits(outputs) is outputs.logits
    logits = network.eval()(images)
    assert main_logits(logits) is logits
    torch.testing.assert_close(network.classifier(network.features(images)), logits)


def test_without_weight_there_is_no_auxiliary_head():
    network = small(auxiliary_weight=0)
    assert isinstance(network(numbers_in((3, 1, 8, 8))), torch.Tensor)
    assert not any(isinstance(part, AuxiliaryHead) for part in network.modules())


@pytest.mark.parametrize("side", [2, 3, 4, 6, 7, 8, 10])
def test_the_auxiliary_head_takes_every_side(side):
    assert AuxiliaryHead(4, 5, side, second_norm=True).eval()(torch.randn(2, 4, side, side)).shape == (2, 5)


def test_drop_paths_follow_the_epochs_and_spare_skips():
    network = small(drop_path=0.3)
    drops = [part for part in network.modules() if isinstance(part, DropPath)]
    skips = sum(isinstance(part, nn.Identity) for cell in network.cells for part in cell.operations)
    assert skips == 1
    assert len(drops) == 3 * 8 - skips
    advance_drop_paths(network, 0.5)
    assert {drop.probability for drop in drops} == {0.15}


def test_drop_path_drops_images_and_keeps_the_mean():
    drop, hidden = DropPath(0.5), torch.ones(4000, 2, 1, 1)
    assert drop(hidden) is hidden
    advance_drop_paths(drop, 0.4)
    torch.manual_seed(0)
    out = drop(hidden)
    assert set(out.unique().tolist()) == {0.0, 1.25}
    assert torch.equal(out[:, 0], out[:, 1])
    # Four standard deviations of the mean of 4000 coins.
    assert out.mean().item() == pytest.approx(1, abs=4 * 0.5 / 4000**0.5)
    assert drop.eval()(hidden) is hidden


def test_a_node_is_the_sum_of_its_two_operations():
    cell = small(drop_path=0, auxiliary_weight=0).eval().cells[2]
    channels = [
        part.in_channels for prepare in cell.inputs for part in prepare.modules() if isinstance(part, nn.Conv2d)
    ]
    earlier, last = (
        numbers_in((2, channel, 4 // side, 4 // side))
        for channel, side in zip((channels[0], channels[-1]), (1, 2), strict=True)
    )
    states = [cell.inputs[0](earlier), cell.inputs[1](last)]
    for node in range(4):
        (_, first), (_, second) = cell.genotype.edges[2 * node : 2 * node + 2]
        states.append(cell.operations[2 * node](states[first]) + cell.operations[2 * node + 1](states[second]))
    torch.testing.assert_close(cell(earlier, last), torch.cat(states[2:], dim=1))


@pytest.mark.parametrize(
    ("model", "image_size", "message"),
    [
        ({"family": "searched_cifar", "channels": 0}, 8, "channels: found 0"),
        ({"family": "searched_cifar", "cells": 2}, 8, "cells: found 2"),
        ({"family": "searched_cifar", "drop_path": 1.5}, 8, "drop_path: found 1.5"),
        ({"family": "searched_cifar"}, 10, "image_size: found 10, expected a multiple of 4"),
        ({"family": "searched_cifar"}, 4, "auxiliary_weight: found a side of 1"),
        ({"family": "searched_imagenet"}, 48, "image_size: found 48, expected a multiple of 32"),
        ({"family": "searched_cifar", "genotype": {"normal": 1, "reduce": 1}}, 8, "genotype: normal: found 1"),
    ],
)
def test_settings_that_do_not_do_are_named(model, image_size, message):
    model = {"genotype": genotype("cifar10"), "cells": 3, **model}
    with pytest.raises(SettingError, match=message):
        build_model(model, n_classes=5, in_channels=3, image_size=image_size)


def test_on_large_images_the_first_cell_takes_both_stems():
    model = {"family": "searched_imagenet", "genotype": genotype("imagenet"), "channels": 4, "cells": 3}
    network = build_model(model, n_classes=5, in_channels=3, image_size=64).eval()
    images = numbers_in((2, 3, 64, 64))
    first = network.stems[0](images)
    second = network.stems[1](first)
    assert (first.shape[2], second.shape[2]) == (16, 8)
    expected = network.cells[0](first, second)
    seen = []
    network.cells[0].register_forward_hook(lambda _, __, output: seen.append(output))
    assert network(images).shape == (2, 5)
    torch.testing.assert_close(seen[0], expected)


def normalised(hidden):
    mean, variance = hidden.mean((0, 2, 3), keepdim=True), hidden.var((0, 2, 3), unbiased=False, keepdim=True)
    return (hidden - mean) / (variance + 1e-5).sqrt()


@pytest.mark.parametrize(("family", "image_size", "stride"), [("searched_cifar", 32, 3), ("searched_imagenet", 224, 2)])
def test_stems_and_auxiliary_head_are_those_of_darts_written_out(family, image_size, stride):
    """quark0/darts, cnn/model.py; new normalisations neither scale nor shift."""
    model = {"family": family, "genotype": genotype("cifar10"), "channels": 4, "cells": 3, "drop_path": 0}
    network = build_model(model, n_classes=5, in_channels=3, image_size=image_size).double()
    images, relu, seen = numbers_in((2, 3, image_size, image_size)).double(), torch.relu, []
    for place in (0, 2):
        network.cells[place].register_forward_hook(lambda _, inputs, output: seen.append((*inputs, output)))
    outputs = network(images)
    convolutions = [part.weight for part in network.stems.modules() if isinstance(part, nn.Conv2d)]
    if family == "searched_cifar":
        stem = normalised(functional.conv2d(images, convolutions[0], padding=1))
        expected = (stem, stem)
    else:
        halved = normalised(functional.conv2d(images, convolutions[0], stride=2, padding=1))
        first = normalised(functional.conv2d(relu(halved), convolutions[1], stride=2, padding=1))
        expected = (first, normalised(functional.conv2d(relu(first), convolutions[2], stride=2, padding=1)))
    for mine, theirs in zip(seen[0][:2], expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)
    # Of three cells the last is the second reduction.
    after = seen[1][2]
    narrow, wide = (part.weight for part in network.auxiliary.modules() if isinstance(part, nn.Conv2d))
    hidden = functional.conv2d(functional.avg_pool2d(relu(after), 5, stride), narrow)
    hidden = functional.conv2d(relu(normalised(hidden)), wide)
    if family == "searched_cifar":
        hidden = normalised(hidden)
    torch.testing.assert_close(
        outputs.auxiliary, network.auxiliary.classifier(relu(hidden).flatten(1)), rtol=1e-9, atol=1e-9
    )
    torch.testing.assert_close(outputs.logits, network.classifier(after.mean((2, 3))), rtol=1e-9, atol=1e-9)
