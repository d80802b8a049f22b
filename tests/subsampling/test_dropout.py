"""BALD and variation ratios by Monte Carlo dropout."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from mixsuite.checks import SettingError
from mixsuite.subsampling.dropout import bald, dropout_predictions, score, variation_ratios


def entropy(probabilities):
    return -sum(p * math.log(p) for p in probabilities if p > 0)


def test_bald_and_variation_ratios_equal_hand_computed_values():
    # Three passes, two images, two classes: the first disagrees with itself, the second is equally unsure each time.
    probabilities = torch.tensor([[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]], [[0.8, 0.2], [0.5, 0.5]]])
    mean, each = entropy([0.6, 0.4]), entropy([0.8, 0.2]) / 3
    torch.testing.assert_close(bald(probabilities), torch.tensor([mean - each, 0.0]), atol=1e-6, rtol=0)
    # Two of three passes choose the first class; of equals the first is chosen, every time.
    torch.testing.assert_close(variation_ratios(probabilities), torch.tensor([1 / 3, 0.0]))


@settings(max_examples=25)
@given(st.integers(0, 1000), st.integers(2, 6), st.integers(2, 5))
def test_they_equal_their_formulas_and_stay_in_range(seed, passes, n_classes):
    generator = torch.Generator().manual_seed(seed)
    probabilities = torch.randn(passes, 4, n_classes, generator=generator, dtype=torch.float64).mul(4).softmax(dim=2)
    for image in range(4):
        rows = probabilities[:, image].tolist()
        mean = [sum(column) / passes for column in zip(*rows, strict=True)]
        expected = entropy(mean) - sum(entropy(row) for row in rows) / passes
        assert math.isclose(bald(probabilities)[image], max(expected, 0), abs_tol=1e-9)
        votes = [row.index(max(row)) for row in rows]
        most = max(votes.count(label) for label in votes)
        assert math.isclose(variation_ratios(probabilities)[image], 1 - most / passes, abs_tol=1e-6)
    assert (bald(probabilities) <= math.log(n_classes) + 1e-9).all()


def test_dropout_keeps_the_mean_and_drops_as_often_as_asked():
    classifier = nn.Linear(1, 2, bias=False)
    with torch.no_grad():
        classifier.weight[:] = torch.tensor([[1.0], [0.0]])
        found = dropout_predictions(torch.ones(1, 1), classifier, 0.25, 40_000, torch.Generator().manual_seed(0))
    kept = torch.tensor([1 / 0.75, 0.0]).softmax(dim=0)[0]
    share = (found[:, 0, 0] > 0.6).float().mean().item()
    assert abs(share - 0.75) < 0.01
    torch.testing.assert_close(found[:, 0, 0].max(), kept)
    torch.testing.assert_close(found[:, 0, 0].min(), torch.tensor(0.5))


def test_all_images_are_scored_and_seeds_differ(new_network, new_images):
    scoring = {"kind": "dropout", "rate": 0.5, "passes": 8, "run": "0123456789ab", "seed": 0}
    first, again, other = (
        score({**scoring, "seed": seed}, new_network(), new_images(), "float32", lambda done: None)
        for seed in (0, 0, 1)
    )
    assert first.shape == (24, 2)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first[:, 0] > 0).all()


def test_a_network_without_known_features_is_refused(new_images):
    with pytest.raises(SettingError, match="network: found Linear, which has no stages"):
        score({"rate": 0.5, "passes": 2, "seed": 0}, nn.Linear(2, 2), new_images(), "float32", lambda done: None)


def test_batches_are_dropped_by_draws_of_their_own(new_network, new_images, monkeypatch):
    # The same image again and again: only the draws tell one from the other.
    images = new_images(24)
    images.images[:] = images.images[:1]
    monkeypatch.setattr("mixsuite.subsampling.features._BATCH", 12)
    scoring = {"kind": "dropout", "rate": 0.5, "passes": 8, "run": "0123456789ab", "seed": 0}
    found = score(scoring, new_network(), images, "float32", lambda done: None)
    assert not np.allclose(found[:12, 0], found[12:, 0])
