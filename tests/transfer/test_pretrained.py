from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch.nn import functional

from mixsuite.catalog.runs import identity
from mixsuite.checks import SettingError
from mixsuite.records import write_record
from mixsuite.transfer.pretrained import check_pretrained, check_target, initial_network


def test_all_but_the_classifier_is_pretrained(new_pretrained):
    pretrained = new_pretrained()
    network = initial_network(pretrained, 3, 0, "pretrained", None)
    assert network.classifier.weight.shape == (3, 8)
    for name, tensor in network.state_dict().items():
        if not name.startswith("classifier."):
            assert torch.equal(tensor, pretrained.weights[name]), name


def test_the_classifier_starts_the_same_however_the_rest_does_and_with_each_seed_otherwise(new_pretrained):
    pretrained = new_pretrained()
    state = torch.random.get_rng_state()
    first, scratch, other = (
        initial_network(pretrained, 3, seed, start, None)
        for seed, start in ((0, "pretrained"), (0, "scratch"), (1, "pretrained"))
    )
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.equal(first.classifier.weight, scratch.classifier.weight)
    assert not torch.equal(first.classifier.weight, other.classifier.weight)
    assert not torch.equal(first.stem.weight, scratch.stem.weight)
    assert torch.equal(first.stem.weight, other.stem.weight)


def test_networks_share_no_memory_with_the_pretrained_one(new_pretrained):
    pretrained = new_pretrained()
    before = pretrained.weights["stem.weight"].clone()
    with torch.no_grad():
        initial_network(pretrained, 3, 0, "pretrained", None).stem.weight.add_(1)
    assert torch.equal(pretrained.weights["stem.weight"], before)


def test_images_are_resized_to_those_that_the_network_knows(new_pretrained, splits):
    small = dataclasses.replace(splits[0], images=splits[0].images[:, :4, :4])
    check_target(new_pretrained(), small, 8)
    network = initial_network(new_pretrained(), 3, 0, "pretrained", 8).eval()
    images = torch.rand(5, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    resized = functional.interpolate(images, 8, mode="bilinear")
    with torch.no_grad():
        assert torch.equal(network(images), initial_network(new_pretrained(), 3, 0, "pretrained", None).eval()(resized))
    assert set(network.state_dict()) == set(new_pretrained().weights)
    with pytest.raises(SettingError, match="found images of 9 x 9 pixels"):
        check_target(new_pretrained(), small, 9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"width": 6}, r"pretrained weights: stages\.0\S*: found the shape .*, expected \(6"),
        ({"blocks": 2}, r"pretrained weights: stages\.\S+: found the shape none, expected"),
    ],
)
def test_weights_of_a_network_of_other_shapes_are_refused(new_pretrained, settings, message):
    pretrained = new_pretrained()
    other = dataclasses.replace(pretrained, settings=pretrained.settings | settings)
    with pytest.raises(SettingError, match=message):
        initial_network(other, 3, 0, "pretrained", None)


@pytest.mark.parametrize(
    ("shape", "found"), [((3, 8, 8, 3), "8 x 8 pixels in 3 channels"), ((3, 16, 16, 1), "16 x 16 pixels in 1 channel,")]
)
def test_images_of_another_shape_are_refused(new_pretrained, splits, shape, found):
    target = dataclasses.replace(splits[0], images=np.zeros(shape, np.uint8))
    expected = f"target: found images of {found}.*expected 8 x 8 pixels in 1 channel, which the network was pretrained"
    with pytest.raises(SettingError, match=expected):
        check_target(new_pretrained(), target, None)


def test_another_network_than_the_one_that_is_named_is_refused(tmp_path):
    record = tmp_path / "weights.json"
    write_record(record, {"specification": {"sha256": "0"}}, "")
    found = identity({"sha256": "0"})
    check_pretrained({"weights": found}, "weights", record)
    with pytest.raises(SettingError, match=f"weights: found 'abc', expected '{found}', that of .*weights.json"):
        check_pretrained({"weights": "abc"}, "weights", record)
    with pytest.raises(SettingError, match="pretrained: unknown key 'weights'"):
        check_pretrained({"weights": found}, "training", record)
