import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.search.halves import halves


@given(
    labels=st.lists(st.integers(0, 4), min_size=4, max_size=80).map(np.array),
    share=st.sampled_from([0.3, 0.5, 0.8]),
    seed=st.integers(0, 99),
)
def test_stratified_halves_share_every_class_and_every_image_once(labels, share, seed):
    weights, architecture = halves(labels, "stratified", share, seed)
    assert sorted([*weights, *architecture]) == list(range(len(labels)))
    assert len(weights) == round(share * len(labels))
    for label in range(5):
        of_class = np.count_nonzero(labels == label)
        assert abs(np.count_nonzero(labels[weights] == label) - len(weights) / len(labels) * of_class) < 1


def test_stratified_halves_are_drawn_anew_by_each_seed():
    labels = np.arange(100) % 10
    first, again, other = (halves(labels, "stratified", 0.5, seed)[0].tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_unshuffled_halves_of_sorted_classes_have_none_in_common():
    labels = np.repeat(np.arange(4), 5)
    weights, architecture = halves(labels, "unshuffled", 0.5, 0)
    assert weights.tolist() == list(range(10))
    assert set(labels[weights]) == {0, 1}
    assert set(labels[architecture]) == {2, 3}


@pytest.mark.parametrize(
    ("split", "share", "message"),
    [
        ("stratifid", 0.5, "search: split: found 'stratifid' .*'stratified'"),
        ("stratified", 1.2, "search: weight_share: found 1.2"),
        ("stratified", 0.01, "weight_share: found 0.01, with which a half of 10 images is empty"),
    ],
)
def test_wrong_splits_are_named(split, share, message):
    with pytest.raises(SettingError, match=message):
        halves(np.arange(10), split, share, 0)
