from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from mixsuite.reporting.rank_correlation import spearman


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=30))
def test_it_is_scipys_with_ties_and_all(pairs):
    first, second = zip(*pairs, strict=True)
    found = spearman(first, second)
    assert found.n == len(pairs)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert math.isnan(found.value)
        assert found.interval is None
    else:
        assert found.value == pytest.approx(spearmanr(first, second).statistic, abs=1e-12)
        assert found.interval is None or found.value in found.interval.widened(1e-12)


def test_the_interval_is_bonett_and_wrights():
    first = list(range(18))
    second = [3, 1, 0, 5, 2, 8, 4, 7, 10, 6, 9, 15, 11, 12, 17, 13, 16, 14]
    found = spearman(first, second)
    error = math.sqrt((1 + found.value**2 / 2) / 15)
    expected = [math.tanh(math.atanh(found.value) + side * 1.959964 * error) for side in (-1, 1)]
    assert [found.interval.low, found.interval.high] == pytest.approx(expected, abs=1e-6)


def test_the_interval_covers_the_truth_in_about_95_percent():
    rng, truth, hits = np.random.default_rng(0), 0.6, 0
    # Of two normal variables with Pearson's r, Spearman's ρ is 6/π arcsin(r/2).
    expected = 6 / math.pi * math.asin(truth / 2)
    for _ in range(400):
        pairs = rng.multivariate_normal([0, 0], [[1, truth], [truth, 1]], size=18)
        hits += expected in spearman(*pairs.T).interval
    assert 0.92 < hits / 400 < 0.98


def test_equal_orders_give_a_point_and_few_pairs_no_interval():
    assert str(spearman([1, 2, 3, 4], [10, 20, 30, 40])) == "ρ = 1.00 [1.00, 1.00], n = 4"
    assert str(spearman([1, 2, 3], [1, 3, 2])) == "ρ = 0.50, n = 3"
