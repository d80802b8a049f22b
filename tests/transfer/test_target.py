from __future__ import annotations

import numpy as np
import pytest

from mixsuite.checks import SettingError
from mixsuite.transfer.target import few_images


def test_so_many_of_each_class_in_the_order_of_the_split(splits):
    train, _ = splits
    few = few_images(train, 4, seed=1)
    assert np.bincount(few.labels).tolist() == [4, 4, 4]
    whole = [image.tobytes() for image in train.images]
    places = [whole.index(image.tobytes()) for image in few.images]
    assert places == sorted(set(places))
    assert few.labels.tolist() == train.labels[places].tolist()


def test_a_seed_draws_its_own_images_each_time_the_same(splits):
    train, _ = splits
    drawn = {seed: few_images(train, 4, seed).images.tobytes() for seed in range(6)}
    assert len(set(drawn.values())) == 6
    assert few_images(train, 4, 2).images.tobytes() == drawn[2]


def test_all_images_of_a_class_will_do_but_no_more(splits):
    train, _ = splits
    assert few_images(train, 10, 0).labels.tolist() == train.labels.tolist()
    with pytest.raises(SettingError, match=r"images_per_class: found 11, expected at most 10, .* of the class a"):
        few_images(train, 11, 0)
