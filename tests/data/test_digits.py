import numpy as np
import pytest
from sklearn.datasets import load_digits

from mixsuite.checks import SettingError
from mixsuite.data.digits import read

DIGITS = {"kind": "digits", "name": "digits"}


def test_sixty_of_each_class_are_to_train_and_the_rest_to_test(tmp_path):
    raw = read(DIGITS, None, tmp_path)
    assert np.bincount(raw.train[1]).tolist() == [60] * 10
    assert len(raw.test[1]) == 1797 - 600
    assert raw.classes == list("0123456789")
    assert "first 60 of each class" in raw.source


def test_every_image_of_the_package_is_in_one_split(tmp_path):
    images, labels = load_digits(return_X_y=True)
    pixels = np.round(images * 255 / 16).astype(int).tolist()
    expected = sorted((int(label), *image) for image, label in zip(pixels, labels, strict=True))
    raw = read(DIGITS, None, tmp_path)
    found = []
    for split_images, split_labels in (raw.train, raw.test):
        assert split_images.dtype == np.uint8
        assert split_images.shape[1:] == (8, 8, 1)
        assert split_labels.dtype == np.int64
        found += [
            (int(label), *image.ravel().tolist()) for image, label in zip(split_images, split_labels, strict=True)
        ]
    assert sorted(found) == expected


@pytest.mark.parametrize(
    ("settings", "source", "message"),
    [
        ({"train_per_class": 5}, None, "unknown key 'train_per_class'"),
        ({"image_size": 8}, None, "unknown key 'image_size'"),
        ({}, "somewhere", "source: found 'somewhere', expected none"),
    ],
)
def test_wrong_settings_are_named(tmp_path, settings, source, message):
    with pytest.raises(SettingError, match=message):
        read({**DIGITS, **settings}, source, tmp_path)
