"""Mean and quartiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.cscores.quartiles import mean_and_quartiles


def test_a_case_by_hand():
    # Sorted: 0.1 0.2 0.4 0.9 1.0; quartiles are at the places 1, 2 and 3 of 0..4.
    assert mean_and_quartiles([0.9, 0.1, 0.4, 1.0, 0.2]) == {
        "mean": pytest.approx(0.52),
        "q1": 0.2,
        "q2": 0.4,
        "q3": 0.9,
    }
    # Between two neighbours as far as the place is: place 0.75 of 0..3.
    assert mean_and_quartiles([0.0, 0.4, 0.6, 1.0])["q1"] == pytest.approx(0.3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_they_are_numpy_s(scores):
    found = mean_and_quartiles(scores)
    assert found["mean"] == np.mean(scores)
    assert [found["q1"], found["q2"], found["q3"]] == [np.percentile(scores, q) for q in (25, 50, 75)]


def test_nothing_has_no_quartiles():
    with pytest.raises(ValueError, match="nothing was misclassified"):
        mean_and_quartiles([])
