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


def test_groups_of_other_digits_are_another_task(tmp_path):
    whole = read(DIGITS, None, tmp_path)
    pairs = {"groups": [[0, 5], [1, 6], [9]], "skip_per_class": 60}
    raw = read({**DIGITS, **pairs}, None, tmp_path)
    assert raw.classes == ["0 or 5", "1 or 6", "9"]
    assert np.bincount(raw.train[1]).tolist() == [120, 120, 60]
    assert "without the first 60 of each digit" in raw.source
    trained_before = {image.tobytes() for image in whole.train[0]}
    assert not trained_before & {image.tobytes() for images in (raw.train[0], raw.test[0]) for image in images}
    images, digits = (part.tolist() for part in whole.test)
    places = {0: 0, 5: 0, 1: 1, 6: 1, 9: 2}
    for image, label in zip(*raw.train, strict=True):
        assert places[digits[images.index(image.tolist())]] == label


@pytest.mark.parametrize(
    ("settings", "source", "message"),
    [
        ({"train_per_class": 5}, None, "unknown key 'train_per_class'"),
        ({"image_size": 8}, None, "unknown key 'image_size'"),
        ({"groups": [[0, 1]]}, None, "groups: found .*, expected at least two"),
        ({"groups": [[0, 1], [1]]}, None, "groups: found .*, expected at least two, of digits each there once"),
        ({"groups": [[0], [12]]}, None, "groups: found 12"),
        ({"skip_per_class": 170}, None, "skip_per_class: found 170, expected fewer"),
        ({}, "somewhere", "source: found 'somewhere', expected none"),
    ],
)
def test_wrong_settings_are_named(tmp_path, settings, source, message):
    with pytest.raises(SettingError, match=message):
        read({**DIGITS, **settings}, source, tmp_path)
