"""Measures of an image's uncertainty."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mixsuite.checks import SettingError
from mixsuite.config.subsampling import SelectedBy, SortedBy
from mixsuite.subsampling.measures import MEASURES, coefficient_of_variation, measure_images, moments
from mixsuite.subsampling.specification import SELECTIONS

LOSSES = np.array([[1.0, 2.0, 3.0], [0.5, 0.5, 0.5], [0.0, 0.0, 0.0]], np.float32)


@pytest.mark.parametrize(
    ("name", "ddof", "expected"),
    [
        ("mean", 0, [2, 0.5, 0]),
        ("std", 0, [math.sqrt(2 / 3), 0, 0]),
        ("std", 1, [1, 0, 0]),
        ("cv", 0, [math.sqrt(2 / 3) / 2, 0, 0]),
        ("cv", 1, [0.5, 0, 0]),
    ],
)
def test_measures_of_losses_equal_hand_computed_ones(name, ddof, expected):
    np.testing.assert_allclose(measure_images(name, LOSSES, {"ddof": ddof}), expected, atol=1e-12)


@given(arrays(np.float32, (5, 4), elements=st.floats(0.015625, 10, width=32)))
def test_measures_equal_those_of_the_standard_library(losses):
    rows = losses.astype(np.float64).tolist()
    expected = [statistics.pstdev(row) / statistics.fmean(row) for row in rows]
    np.testing.assert_allclose(coefficient_of_variation(losses), expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(moments(losses, 1).std, [statistics.stdev(row) for row in rows], rtol=1e-6, atol=1e-9)


@given(arrays(np.float32, (20, 5), elements=st.floats(0.015625, 10, width=32)))
def test_ddof_changes_no_order(losses):
    first, second = (measure_images("cv", losses, {"ddof": ddof}) for ddof in (0, 1))
    np.testing.assert_allclose(second, first * math.sqrt(5 / 4), rtol=1e-9)


def test_uncertainties_are_columns():
    values = np.array([[0.1, 0.6], [0.2, 0.5]], np.float32)
    assert measure_images("bald", values, {}).tolist() == values[:, 0].tolist()
    assert measure_images("variation_ratios", values, {}).tolist() == values[:, 1].tolist()


def test_mistakes_are_named():
    with pytest.raises(SettingError, match=r"measure: found 'cvs' .did you mean 'cv'"):
        measure_images("cvs", LOSSES, {})
    with pytest.raises(SettingError, match="draws: found 1 loss per image"):
        measure_images("cv", LOSSES[:, :1], {"ddof": 0})
    with pytest.raises(ValueError, match="one of image 1 is not finite"):
        measure_images("cv", np.array([[1.0, 2], [np.nan, 1]]), {"ddof": 0})


def test_the_configuration_knows_the_same_measures():
    assert set(SortedBy.__args__) == set(MEASURES)
    assert set(SelectedBy.__args__) == set(SELECTIONS)
