from __future__ import annotations

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.models.registry import build_model
from mixsuite.transfer.freezing import ALL, unfreeze


@pytest.fixture
def network():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build_model({"family": "demo_cnn", "width": 4, "blocks": 1}, n_classes=3, in_channels=1, image_size=8)


@pytest.mark.parametrize(
    ("unfrozen", "trained"),
    [
        (0, ("classifier.",)),
        (1, ("stages.1.", "tail.", "classifier.")),
        (2, ("stages.", "tail.", "classifier.")),
        (ALL, ("",)),
    ],
)
def test_what_is_trained_and_in_which_mode(network, unfrozen, trained):
    unfreeze(network, unfrozen)
    for name, parameter in network.named_parameters():
        assert parameter.requires_grad == name.startswith(trained), name
    for name, module in network.named_modules():
        if not list(module.children()):
            assert module.training == f"{name}.".startswith(trained), name


def test_each_call_starts_anew(network):
    unfreeze(network, ALL)
    unfreeze(network, 0)
    assert [name for name, each in network.named_parameters() if each.requires_grad] == [
        "classifier.weight",
        "classifier.bias",
    ]


def test_more_stages_than_there_are_are_refused(network):
    with pytest.raises(SettingError, match="unfrozen_stages: found 3, expected at most the 2 stages of the network"):
        unfreeze(network, 3)
