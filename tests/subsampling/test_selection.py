"""Sampling functions: how many are kept, and which."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.subsampling.selection import check_ratio, kept_count, largest_interval, take_in_order


@pytest.mark.parametrize(
    ("t", "size", "kept"),
    [
        (0.05, 60, 3),
        (0.05, 500, 25),
        (0.1, 60, 6),
        (0.29, 100, 29),
        (0.7, 10, 7),
        (0.3, 3, None),
        (1, 7, 7),
        (1.0, 7, 7),
        (0.5, 3, 1),
        (1e-3, 999, None),
        (1e-3, 1000, 1),
    ],
)
def test_t_of_a_class_is_rounded_down(t, size, kept):
    if kept is None:
        with pytest.raises(SettingError, match=rf"^t: found {t}, of which {size} images keep none, expected at least"):
            kept_count(t, size)
    else:
        assert kept_count(t, size) == kept


@given(t=st.decimals("0.001", 1, places=3), size=st.integers(1, 6000))
def test_counts_are_exact_for_every_t_and_size(t, size):
    exact = int((t * Decimal(size)).to_integral_value(ROUND_FLOOR))
    assume(exact)
    assert kept_count(float(t), size) == exact


@pytest.mark.parametrize("t", [0, -0.1, 1.01, True, "0.5", None, float("nan"), float("inf")])
def test_a_ratio_outside_is_refused(t):
    with pytest.raises(SettingError, match=r"^t: found .*, expected a ratio above 0 and at most 1$"):
        check_ratio(t)


@given(
    values=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    data=st.data(),
    order=st.sampled_from(["high", "low"]),
)
def test_every_interval_th_is_taken_in_order(values, data, order):
    count = data.draw(st.integers(1, len(values)))
    interval = data.draw(st.integers(1, largest_interval(count, len(values))))
    ranked = sorted(range(len(values)), key=lambda place: values[place], reverse=order == "high")
    expected = [ranked[number * interval] for number in range(count)]
    assert take_in_order(np.array(values, float), count, order, interval).tolist() == expected


@given(t=st.decimals("0.01", 1, places=2), size=st.integers(1, 600))
def test_intervals_reach_one_over_t(t, size):
    exact = int(t * size)
    assume(exact)
    assert largest_interval(exact, size) >= int(1 / t)
    assert (exact - 1) * largest_interval(exact, size) < size


def test_the_bound_is_that_of_the_paper():
    # CIFAR-100: 500 images of a class, of which t = 0.05 keeps 25.
    assert largest_interval(kept_count(0.05, 500), 500) == 20
    taken = take_in_order(-np.arange(500.0), 25, "high", 20)
    assert taken.tolist() == list(range(0, 500, 20))
    with pytest.raises(SettingError, match="interval: found 21, expected at most 20"):
        take_in_order(np.arange(500.0), 25, "high", 21)
