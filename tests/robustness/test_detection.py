import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from mixsuite.robustness.detection import detection_measures


def test_a_small_example_by_hand():
    # In falling order: out, in, out and in together, out, in, in.
    out, known = np.array([0.9, 0.7, 0.5]), np.array([0.8, 0.7, 0.2, 0.1])
    found = detection_measures(out, known)
    # Precision is 1, 2/4 and 3/5 where recall rises to 1/3, 2/3 and 1.
    assert found["aupr"] == pytest.approx(100 * (1 + 2 / 4 + 3 / 5) / 3)
    # 0.9 beats all four; 0.7 beats two and ties with one; 0.5 beats two.
    assert found["auroc"] == pytest.approx(100 * (4 + 2.5 + 2) / 12)
    # All three positives are reached with two of four negatives.
    assert found["fpr95"] == pytest.approx(50)
    assert found["base_rate"] == pytest.approx(100 * 3 / 7)


def test_the_rate_is_that_at_exactly_95_percent():
    # Nineteen of twenty positives are reached at 0.2, which one of four negatives beats.
    out = np.array([0.9] * 18 + [0.2, 0.0])
    assert detection_measures(out, np.array([0.5, 0.1, 0.1, 0.1]))["fpr95"] == pytest.approx(25)


def test_the_unknown_are_positive_and_higher_scores_mean_less_sure():
    sure, unsure = np.full(50, -0.99), np.full(10, -0.3)
    assert detection_measures(unsure, sure) == pytest.approx(
        {"aupr": 100, "auroc": 100, "fpr95": 0, "base_rate": 100 / 6}
    )
    assert detection_measures(sure[:10], unsure)["auroc"] == 0


def test_scores_without_information_give_the_base_rate():
    found = detection_measures(np.zeros(20), np.zeros(100))
    assert found == pytest.approx({"aupr": 100 / 6, "auroc": 50, "fpr95": 100, "base_rate": 100 / 6})


@given(
    positive=npst.arrays(np.float64, st.integers(1, 60), elements=st.integers(-5, 5).map(lambda each: each / 7)),
    negative=npst.arrays(np.float64, st.integers(1, 60), elements=st.integers(-5, 5).map(lambda each: each / 7)),
)
def test_scikit_learn_says_the_same_of_scores_with_ties(positive, negative):
    _compare(positive, negative)


@given(seed=st.integers(0, 2**20), shift=st.floats(-2, 2), n=st.integers(1, 300), m=st.integers(1, 300))
def test_scikit_learn_says_the_same_of_scores_without_ties(seed, shift, n, m):
    rng = np.random.default_rng(seed)
    _compare(rng.normal(shift, 1, n), rng.normal(0, 1, m))


def _compare(positive, negative):
    truth = np.repeat([1, 0], [len(positive), len(negative)])
    scores = np.concatenate([positive, negative])
    false_alarms, recall, _ = roc_curve(truth, scores, drop_intermediate=False)
    expected = {
        "aupr": 100 * average_precision_score(truth, scores),
        "auroc": 100 * roc_auc_score(truth, scores),
        "fpr95": 100 * false_alarms[recall >= 0.95].min(),
        "base_rate": 100 * truth.mean(),
    }
    assert detection_measures(positive, negative) == pytest.approx(expected, abs=1e-9)
