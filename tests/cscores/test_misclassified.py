"""The C-scores of misclassified images, joined by their place among all training images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.cscores.misclassified import rest_of, score_misclassified
from mixsuite.cscores.scores import CScores


def test_a_case_by_hand():
    cscores = CScores(np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), np.array([0, 1, 0, 1, 0, 1, 0]))
    rest = rest_of(7, trained_on=np.array([0, 4]))
    assert rest.tolist() == [1, 2, 3, 5, 6]
    # Missed: the images 2, 3 and 6.
    found = score_misclassified(np.array([1, 1, 0, 1, 2]), rest, cscores)
    assert found["scores"] == [0.2, 0.3, 0.6]
    assert found["accuracy"] == pytest.approx(40)
    assert found["misclassified"] == {
        "n": 3,
        "mean": pytest.approx(1.1 / 3),
        "q1": 0.25,
        "q2": 0.3,
        "q3": pytest.approx(0.45),
    }
    assert (found["rest"]["n"], found["rest"]["q2"]) == (5, 0.3)


@given(st.data(), st.integers(4, 40))
def test_the_join_is_that_of_a_loop_over_all_images(data, n_images):
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    trained_on = np.flatnonzero(rng.random(n_images) < 0.5)
    cscores = CScores(rng.random(n_images), rng.integers(0, 3, n_images))
    rest = rest_of(n_images, trained_on)
    by_image = rng.integers(0, 3, n_images)
    expected = [
        cscores.scores[image]
        for image in range(n_images)
        if image not in trained_on and by_image[image] != cscores.labels[image]
    ]
    if expected:
        assert score_misclassified(by_image[rest], rest, cscores)["scores"] == expected


def test_no_error_is_one_message():
    cscores = CScores(np.array([0.5, 0.5]), np.array([0, 1]))
    with pytest.raises(ValueError, match="nothing was misclassified"):
        score_misclassified(np.array([1]), np.array([1]), cscores)
