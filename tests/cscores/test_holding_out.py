"""Which images the trainings of an estimate hold out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.cscores.holding_out import count_trainings, subset_size, training_subsets


@given(st.integers(3, 60), st.floats(0.05, 0.95), st.integers(1, 4), st.integers(0, 3))
def test_every_image_is_held_out_once_or_twice_in_each_repeat(n_images, ratio, repeats, seed):
    size = round(ratio * n_images)
    if not 0 < size < n_images:
        with pytest.raises(SettingError, match="expected some and not all"):
            subset_size(n_images, ratio)
        return
    subsets = list(training_subsets(n_images, ratio, repeats, seed))
    assert len(subsets) == count_trainings(n_images, [ratio], repeats)
    held_out = np.zeros(n_images, int)
    for chosen in subsets:
        assert len(chosen) == size
        assert (np.diff(chosen) > 0).all()
        held_out[np.setdiff1d(np.arange(n_images), chosen)] += 1
    assert held_out.min() >= repeats
    assert held_out.max() <= 2 * repeats


def test_each_subset_is_as_likely_as_any_other_of_its_size():
    drawn = Counter(tuple(chosen) for seed in range(1500) for chosen in training_subsets(5, 0.6, repeats=1, seed=seed))
    assert len(drawn) == 10
    # 1500 x 3 subsets; each of 10 has 450 ± 20.
    assert all(360 < count < 540 for count in drawn.values())


def test_the_subsets_follow_the_seed():
    first, again, other = ([chosen.tolist() for chosen in training_subsets(20, 0.3, 2, seed)] for seed in (0, 0, 1))
    assert first == again != other
