from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.reporting.reliability import (
    Predictions,
    expected_calibration_error,
    overconfident_errors,
    reliability,
)


def literal_ece(confidences, correct, bins):
    """Guo et al.'s equation (3), bin by bin: |B_m| / n |acc(B_m) - conf(B_m)| with B_m over ((m - 1) / M, m / M]."""
    error = 0.0
    for m in range(1, bins + 1):
        inside = [place for place, c in enumerate(confidences) if m - 1 < c * bins <= m]
        if inside:
            accuracy = sum(correct[place] for place in inside) / len(inside)
            confidence = sum(confidences[place] for place in inside) / len(inside)
            error += len(inside) / len(confidences) * abs(accuracy - confidence)
    return 100 * error


def made(confidences, correct):
    return Predictions(np.array(confidences, float), np.array(correct, bool))


def test_a_case_by_hand():
    # Bins (0, 0.5] and (0.5, 1]: confidences 0.4 of which one of two is right; 0.7 and 0.9, both wrong.
    found = made([0.4, 0.4, 0.7, 0.9], [True, False, False, False])
    bins = reliability(found, 2)
    assert (bins.count.tolist(), bins.correct.tolist()) == ([2, 2], [1, 0])
    assert bins.confidence == pytest.approx([0.8, 1.6])
    # Half of them off by |0.5 - 0.4|, half by |0 - 0.8|.
    assert expected_calibration_error(bins) == pytest.approx(45)
    assert overconfident_errors(found, 0.9) == 25
    assert overconfident_errors(found, 0.5) == 50


def test_the_border_of_a_bin_belongs_to_the_bin_below_it():
    bins = reliability(made([0.5, 1.0, 0.25, 0.2500001], [True] * 4), 4)
    assert bins.count.tolist() == [1, 2, 0, 1]


@given(
    found=st.lists(st.tuples(st.floats(0.01, 1), st.booleans()), min_size=1, max_size=60),
    bins=st.integers(1, 20),
)
def test_it_is_the_literal_error(found, bins):
    confidences, correct = [c for c, _ in found], [right for _, right in found]
    bins_of = reliability(made(confidences, correct), bins)
    assert expected_calibration_error(bins_of) == pytest.approx(literal_ece(confidences, correct, bins), abs=1e-9)
    assert sum(bins_of.count) == len(found)
    wrong = sum(c >= 0.9 and not right for c, right in found)
    assert overconfident_errors(made(confidences, correct), 0.9) == pytest.approx(100 * wrong / len(found))


def test_a_network_as_sure_as_it_is_right_has_no_error():
    confidence = 2 / 3
    bins = reliability(made([confidence] * 3, [True, True, False]), 15)
    assert math.isclose(expected_calibration_error(bins), 0, abs_tol=1e-12)
