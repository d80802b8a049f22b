from __future__ import annotations

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.landscape.weights import Weights


def test_the_vector_holds_the_parameters_in_their_order(new_network):
    network = new_network()
    weights = Weights(network)
    assert weights.size == sum(parameter.numel() for parameter in network.parameters())
    expected = torch.cat([parameter.detach().flatten() for parameter in network.parameters()])
    assert torch.equal(weights.vector(), expected)
    assert [part.shape for part in weights.split(weights.vector())] == [each.shape for each in network.parameters()]


def test_without_normalisation_its_scales_and_shifts_stay(new_network):
    network = new_network()
    weights = Weights(network, "without_normalisation")
    assert weights.names == ["0.weight", "4.weight", "4.bias", "7.weight", "7.bias"]
    before = network[1].weight.clone()
    weights.set(torch.zeros(weights.size, dtype=torch.float64))
    assert torch.equal(network[1].weight, before)
    assert network[0].weight.abs().max() == 0


def test_set_weights_are_those_of_the_network_until_they_are_restored(new_network):
    network = new_network()
    weights = Weights(network)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with pytest.raises(RuntimeError, match="stop"), weights.restored() as centre:
        weights.set(centre + 1)
        assert torch.equal(network[7].bias, before["7.bias"] + 1)
        raise RuntimeError("stop")
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_an_unknown_choice_of_parameters_is_named(new_network):
    with pytest.raises(SettingError, match="parameters: found 'some'; expected one of all, without_normalisation"):
        Weights(new_network(), "some")
