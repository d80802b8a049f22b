from __future__ import annotations

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.landscape.evaluation import evaluate_points
from mixsuite.landscape.surface import filter_scaled, steps, surface
from mixsuite.landscape.weights import Weights


@pytest.fixture
def weights(new_network):
    return Weights(new_network())


@pytest.fixture
def directions(weights):
    vectors = torch.randn(2, weights.size, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    return vectors / vectors.norm(dim=1, keepdim=True)


def test_every_point_of_the_plane_is_its_own_perturbation(weights, directions, new_data):
    data, theta = new_data(), weights.vector()
    found = surface(weights, data, directions, radius=2.0, points=5)
    assert found.loss.shape == found.error.shape == (5, 5)
    for row, first in enumerate((-2, -1, 0, 1, 2)):
        for column, second in enumerate((-2, -1, 0, 1, 2)):
            point = theta + first * directions[0] + second * directions[1]
            assert found.loss[row, column] == evaluate_points(weights, data, [point]).loss
    assert found.loss[2, 2] == evaluate_points(weights, data, [theta]).loss
    assert len(set(found.loss.flatten().tolist())) == 25


def test_steps_are_symmetric_and_end_at_the_radius():
    assert steps(0.1, 5) == [-0.1, -0.05, 0.0, 0.05, 0.1]
    many = steps(0.1, 21)
    assert many == [-step for step in reversed(many)]
    assert (many[0], many[10], many[-1]) == (-0.1, 0, 0.1)


def test_a_scaled_direction_has_the_filters_lengths_of_the_weights(weights, directions):
    scaled = weights.split(filter_scaled(weights, directions[0]))
    for name, own, before, part in zip(
        weights.names, weights.tensors, weights.split(directions[0]), scaled, strict=True
    ):
        if own.dim() == 1:
            assert part.abs().max() == 0, name
            continue
        for filter_own, filter_before, filter_scaled_ in zip(own, before, part, strict=True):
            assert filter_scaled_.norm().item() == pytest.approx(filter_own.norm().item())
            cosine = torch.cosine_similarity(filter_scaled_.flatten(), filter_before.flatten(), dim=0)
            assert cosine.item() == pytest.approx(1)


def test_a_filter_that_is_zero_in_the_direction_stays_zero(weights):
    assert filter_scaled(weights, torch.zeros(weights.size, dtype=torch.float64)).abs().max() == 0


def test_scaled_surfaces_go_along_scaled_directions(weights, directions, new_data):
    scaled = torch.stack([filter_scaled(weights, each) for each in directions])
    found = surface(weights, new_data(), directions, 0.5, 3, scaling="filter")
    assert torch.equal(found.loss, surface(weights, new_data(), scaled, 0.5, 3).loss)


def test_an_unknown_scaling_is_named(weights, directions, new_data):
    with pytest.raises(SettingError, match="surface: scaling: found 'layer'"):
        surface(weights, new_data(), directions, 0.1, 3, scaling="layer")
