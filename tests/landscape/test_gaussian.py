from __future__ import annotations

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.landscape import gaussian
from mixsuite.landscape.evaluation import Measured, evaluate_points
from mixsuite.landscape.gaussian import gaussian_curves
from mixsuite.landscape.weights import Weights


@pytest.fixture
def weights(new_network):
    return Weights(new_network())


@pytest.fixture
def points(monkeypatch):
    """Note the points that are evaluated."""
    seen = []

    def note(weights, data, given):
        seen.extend(given)
        return Measured(torch.zeros(len(seen)), torch.zeros(len(seen)))

    monkeypatch.setattr(gaussian, "evaluate_points", note)
    return seen


def test_noise_is_normal_with_the_asked_deviation(weights, new_data, points):
    gaussian_curves(weights, new_data(), [0.5], draws=200, seed=0)
    noise = torch.stack(points) - weights.vector()
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    assert noise.std().item() == pytest.approx(0.5, rel=0.01)
    # Of a normal distribution, 4.55 % lie further out than two deviations.
    assert (noise.abs() > 1).double().mean().item() == pytest.approx(0.0455, abs=0.004)


def test_a_draw_is_one_direction_along_which_sigma_grows(weights, new_data, points):
    gaussian_curves(weights, new_data(), [0.1, 0.2, 0.4], draws=2, seed=0)
    first, second, third, other, *_ = torch.stack(points) - weights.vector()
    assert torch.allclose(second, 2 * first)
    assert torch.allclose(third, 4 * first)
    assert torch.cosine_similarity(first, other, dim=0).abs() < 0.3


def test_relative_noise_grows_with_the_weights_of_its_tensor(weights, new_data, points):
    gaussian_curves(weights, new_data(), [0.1], draws=300, seed=0, scaling="relative")
    noise = torch.stack(points) - weights.vector()
    parts = noise.split([tensor.numel() for tensor in weights.tensors], dim=1)
    for tensor, part in zip(weights.tensors, parts, strict=True):
        assert part.std().item() == pytest.approx(0.1 * tensor.detach().square().mean().sqrt().item(), rel=0.1)


def test_curves_are_losses_at_the_points(weights, new_data):
    data = new_data()
    found = gaussian_curves(weights, data, [0.1, 0.2], draws=3, seed=1)
    assert found.loss.shape == found.error.shape == (3, 2)
    generator = gaussian.stream(1, "gaussian")
    noise = torch.randn(weights.size, generator=generator, dtype=torch.float64)
    assert found.loss[0, 1] == evaluate_points(weights, data, [weights.vector() + 0.2 * noise]).loss
    again = gaussian_curves(weights, data, [0.1, 0.2], draws=3, seed=1)
    assert torch.equal(found.loss, again.loss)
    assert not torch.equal(found.loss, gaussian_curves(weights, data, [0.1, 0.2], draws=3, seed=2).loss)


def test_an_unknown_scaling_is_named(weights, new_data):
    with pytest.raises(SettingError, match="gaussian: scaling: found 'filter'; expected one of absolute, relative"):
        gaussian_curves(weights, new_data(), [0.1], 1, 0, scaling="filter")
