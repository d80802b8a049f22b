from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.transfer.pretrained import check_target, initial_network


def test_all_but_the_classifier_is_pretrained(new_pretrained):
    pretrained = new_pretrained()
    network = initial_network(pretrained, 3, 0, "pretrained")
    assert network.classifier.weight.shape == (3, 8)
    for name, tensor in network.state_dict().items():
        if not name.startswith("classifier."):
            assert torch.equal(tensor, pretrained.weights[name]), name


def test_the_classifier_starts_the_same_however_the_rest_does_and_with_each_seed_otherwise(new_pretrained):
    pretrained = new_pretrained()
    state = torch.random.get_rng_state()
    first, scratch, other = (
        initial_network(pretrained, 3, seed, start)
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
        initial_network(pretrained, 3, 0, "pretrained").stem.weight.add_(1)
    assert torch.equal(pretrained.weights["stem.weight"], before)


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
        initial_network(other, 3, 0, "pretrained")


@pytest.mark.parametrize(
    ("shape", "found"), [((3, 8, 8, 3), "8 x 8 pixels in 3 channels"), ((3, 16, 16, 1), "16 x 16 pixels in 1 channel,")]
)
def test_images_of_another_shape_are_refused(new_pretrained, splits, shape, found):
    target = dataclasses.replace(splits[0], images=np.zeros(shape, np.uint8))
    expected = f"target: found images of {found}.*expected 8 x 8 pixels in 1 channel, which the network was pretrained"
    with pytest.raises(SettingError, match=expected):
        check_target(new_pretrained(), target)
