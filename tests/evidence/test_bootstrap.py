"""The percentile bootstrap against one that is written out, draw by draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.evidence.bootstrap import bootstrap_interval

VALUES = st.lists(st.floats(-100, 100), min_size=2, max_size=8)


def literal(values, resamples, seed):
    """Draw the same places, one resample after the other, and read both quantiles off the sorted means."""
    places = np.random.default_rng(seed).integers(0, len(values), size=(resamples, len(values))).tolist()
    means = sorted(sum(values[place] for place in drawn) / len(values) for drawn in places)

    def quantile(share):
        position = share * (resamples - 1)
        below = int(position)
        above = min(below + 1, resamples - 1)
        return means[below] + (position - below) * (means[above] - means[below])

    return quantile(0.025), quantile(0.975)


@given(VALUES, st.integers(1, 60), st.integers(0, 5))
def test_it_agrees_with_the_literal_bootstrap(values, resamples, seed):
    found = bootstrap_interval(values, resamples, seed)
    assert (found.low, found.high) == pytest.approx(literal(values, resamples, seed), rel=1e-9, abs=1e-9)


def test_it_agrees_with_the_literal_bootstrap_as_the_page_takes_it():
    values = [-1.2, 0.3, -0.8, -0.5, 0.1]
    found = bootstrap_interval(values)
    assert (found.low, found.high) == pytest.approx(literal(values, 10_000, 0), rel=1e-12)


@given(VALUES)
def test_it_lies_within_the_values_and_is_the_same_each_time(values):
    found = bootstrap_interval(values, 200)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert bootstrap_interval(values, 200) == found


def test_two_values_are_drawn_as_often_as_chance_has_it():
    # Of two draws of two values one resample in four is twice the first: both ends are the values themselves.
    found = bootstrap_interval([0.0, 1.0])
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_seed_has_no_interval(values):
    with pytest.raises(ValueError, match=f"found {len(values)}, expected at least 2"):
        bootstrap_interval(values)
