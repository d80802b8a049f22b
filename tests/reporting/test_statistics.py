from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.reporting.statistics import (
    Interval,
    common_seeds,
    count_seeds,
    mean,
    mean_interval,
    paired_differences,
    prediction_interval,
    standard_deviation,
)

# Two-sided 95 % points of Student's t, from a printed table.
TABULATED = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 9: 2.262, 29: 2.045}
numbers = st.lists(st.floats(-1e3, 1e3).map(lambda value: round(value, 3)), min_size=2, max_size=8)


def test_common_seeds():
    assert common_seeds([{2: 0.1, 0: 0.2, 1: 0.3}, {1: 0.0, 2: 0.0}]) == [1, 2]
    assert common_seeds([{0: 0.1}, {}]) == []
    assert common_seeds([]) == []


def test_intervals_by_hand():
    # 1, 2, 3: mean 2, deviation 1, t(0.975, 2) = 4.3027.
    assert mean_interval([1, 2, 3]).low == pytest.approx(2 - 4.3027 / math.sqrt(3), abs=1e-4)
    assert mean_interval([1, 2, 3]).high == pytest.approx(2 + 4.3027 / math.sqrt(3), abs=1e-4)
    assert prediction_interval([1, 2, 3]).low == pytest.approx(2 - 4.3027 * math.sqrt(4 / 3), abs=1e-4)
    assert prediction_interval([1, 2, 3]).high == pytest.approx(2 + 4.3027 * math.sqrt(4 / 3), abs=1e-4)


@pytest.mark.parametrize(("degrees", "quantile"), TABULATED.items())
def test_half_width_is_the_tabulated_quantile(degrees, quantile):
    values = [float(value) for value in range(degrees + 1)]
    half = mean_interval(values).high - mean(values)
    assert half * math.sqrt(len(values)) / standard_deviation(values) == pytest.approx(quantile, abs=6e-4)


@given(numbers)
def test_against_the_formulas(values):
    centre = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))
    assert mean(values) == pytest.approx(centre, abs=1e-9)
    assert standard_deviation(values) == pytest.approx(deviation, rel=1e-9, abs=1e-9)


@given(numbers, st.floats(-100, 100))
def test_intervals_move_with_the_values_and_predictions_are_wider(values, shift):
    narrow, wide = mean_interval(values), prediction_interval(values)
    moved = mean_interval([value + shift for value in values])
    assert wide.low <= narrow.low <= mean(values) <= narrow.high <= wide.high
    assert moved.low == pytest.approx(narrow.low + shift, abs=1e-6)


@given(st.floats(-1e6, 1e6), st.integers(2, 9))
def test_equal_values_give_a_point(value, count):
    assert mean_interval([value] * count) == Interval(value, value)
    assert value in prediction_interval([value] * count)


@pytest.mark.parametrize("values", [[], [1.0]])
def test_too_few_values(values):
    assert math.isnan(standard_deviation(values))
    for interval in (mean_interval, prediction_interval):
        with pytest.raises(ValueError, match=f"found {len(values)}, expected at least 2"):
            interval(values)


def test_differences_pair_the_common_seeds():
    assert paired_differences({2: 5.0, 0: 1.0, 1: 9.0}, {0: 0.5, 2: 1.0, 7: 3.0}) == [0.5, 4.0]


def test_number_of_seeds_in_words():
    assert [count_seeds(1), count_seeds(3)] == ["1 seed", "3 seeds"]
