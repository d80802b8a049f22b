"""K-Center greedy, held against the plain algorithm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mixsuite.checks import SettingError
from mixsuite.subsampling import k_center
from mixsuite.subsampling.k_center import k_center_greedy


def brute_force(features, count, first):
    """Look for the farthest point among all, anew for every centre."""
    centres = [first]
    while len(centres) < count:
        distances = [
            -1.0 if place in centres else min(((features[place] - features[c]) ** 2).sum() for c in centres)
            for place in range(len(features))
        ]
        centres.append(int(np.argmax(distances)))
    return centres


@settings(max_examples=60)
@given(
    # Whole numbers: distances are exact, and many are equal.
    features=arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.integers(0, 4)),
    data=st.data(),
    candidates=st.sampled_from([1, 2, 5, 1024]),
)
def test_it_chooses_what_brute_force_chooses(features, data, candidates):
    count, first = data.draw(st.integers(1, len(features))), data.draw(st.integers(0, len(features) - 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k_center, "_CANDIDATES", candidates)
        patch.setattr(k_center, "_ROWS", 7)
        found = k_center_greedy(features, count, first)
    assert found.tolist() == brute_force(features, count, first)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_is_the_same_on_many_points_of_many_dimensions(dtype):
    features = np.random.default_rng(0).normal(size=(1500, 24)).astype(dtype)
    found = k_center_greedy(features, 300, 7)
    nearest = ((features - features[7]) ** 2).sum(axis=1)
    for centre in found[1:]:
        # Rounding may decide between two points, but none is farther by more.
        assert nearest[centre] >= nearest.max() * (1 - 1e-5)
        nearest = np.minimum(nearest, ((features - features[centre]) ** 2).sum(axis=1))
    assert len(set(found.tolist())) == 300


@pytest.mark.parametrize("offset", [100, 1000])
def test_features_far_from_zero_are_told_apart(offset):
    features = (np.random.default_rng(1).normal(size=(200, 16)) + offset).astype(np.float32)
    assert k_center_greedy(features, 40, 3).tolist() == brute_force(features.astype(np.float64), 40, 3)


def test_points_that_are_all_alike_are_chosen_once_each():
    assert k_center_greedy(np.ones((6, 2)), 6, 3).tolist() == [3, 0, 1, 2, 4, 5]


@pytest.mark.parametrize(("count", "message"), [(0, "at least 1"), (5, "at most 4, the number of points")])
def test_too_few_and_too_many_centres_are_refused(count, message):
    with pytest.raises(SettingError, match=f"count: found {count}, expected .*{message}"):
        k_center_greedy(np.ones((4, 2)), count, 0)
