from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.landscape.hessian import Hessian
from mixsuite.landscape.weights import Weights


@pytest.mark.parametrize("parameters", ["all", "without_normalisation"])
@pytest.mark.parametrize("batch_size", [19, 100])
def test_products_are_those_of_the_dense_hessian(new_network, new_data, dense_hessian, parameters, batch_size):
    network, data = new_network(), new_data()
    weights = Weights(network, parameters)
    expected = dense_hessian(network, data, weights.names)
    hessian = Hessian(weights, data, batch_size)
    found = torch.stack([hessian.product(row) for row in torch.eye(weights.size, dtype=torch.float64)])
    assert torch.allclose(found, expected, rtol=0, atol=1e-12)
    assert hessian.products == weights.size


@pytest.mark.parametrize("batch_size", [7, 100])
def test_the_gradient_is_that_of_the_mean_loss(new_network, new_data, batch_size):
    network, data = new_network(), new_data()
    weights = Weights(network)
    torch.nn.functional.cross_entropy(network(data.images), data.labels).backward()
    expected = torch.cat([parameter.grad.flatten() for parameter in network.parameters()])
    assert torch.allclose(Hessian(weights, data, batch_size).gradient(), expected, atol=1e-14)


@settings(max_examples=25)
@given(seed=st.integers(0, 50), network_seed=st.integers(0, 5))
def test_products_are_linear_and_symmetric(new_network, new_data, seed, network_seed):
    weights = Weights(new_network(network_seed))
    hessian = Hessian(weights, new_data(12), 5)
    generator = torch.Generator().manual_seed(seed)
    first, second = torch.randn(2, weights.size, generator=generator, dtype=torch.float64)
    assert torch.dot(first, hessian.product(second)).item() == pytest.approx(
        torch.dot(second, hessian.product(first)).item(), abs=1e-10
    )
    both = hessian.product(2 * first + second)
    assert torch.allclose(both, 2 * hessian.product(first) + hessian.product(second), atol=1e-10)


def test_a_network_in_training_mode_is_refused(new_network, new_data):
    with pytest.raises(ValueError, match="is in training mode"):
        Hessian(Weights(new_network().train()), new_data(), 10)
    network = new_network()
    list(network.modules())[-1].train()
    with pytest.raises(ValueError, match="is in training mode"):
        Hessian(Weights(network), new_data(), 10)


def test_nothing_is_left_in_the_networks_gradients(new_network, new_data):
    network = new_network()
    hessian = Hessian(Weights(network), new_data(), 100)
    hessian.product(torch.ones(hessian.weights.size, dtype=torch.float64))
    assert all(parameter.grad is None for parameter in network.parameters())
