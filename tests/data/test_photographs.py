import numpy as np
import pytest

from mixsuite.checks import SettingError
from mixsuite.data.errors import DatasetError
from mixsuite.data.photographs import _PHOTOGRAPHS, _Photograph, read

PHOTOGRAPHS = {"kind": "photographs", "name": "photographs", "image_size": 32}


def test_every_photograph_is_a_class_with_windows_of_its_own(tmp_path):
    raw = read(PHOTOGRAPHS, None, tmp_path)
    assert raw.classes == sorted(raw.classes)
    assert {"astronaut", "cat", "pagoda"} <= set(raw.classes)
    for (images, labels), each in ((raw.train, 4), (raw.test, 2)):
        assert images.dtype == np.uint8
        assert images.shape == (each * len(raw.classes), 32, 32, 3)
        assert labels.dtype == np.int64
        assert np.bincount(labels).tolist() == [each] * len(raw.classes)
    windows = np.concatenate([raw.train[0], raw.test[0]])
    assert len(np.unique(windows.reshape(len(windows), -1), axis=0)) == len(windows)


def test_the_first_window_is_the_whole_square(tmp_path):
    from PIL import Image
    from skimage import data

    raw = read(PHOTOGRAPHS, None, tmp_path)
    first = raw.train[0][np.argmax(raw.train[1] == raw.classes.index("astronaut"))]
    whole = Image.fromarray(data.astronaut()).resize((32, 32), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(first, np.asarray(whole))


def test_all_windows_keep_the_object(tmp_path):
    # The dahlia is red and bright, and what is around it is neither.
    raw = read(PHOTOGRAPHS, None, tmp_path)
    dahlia = raw.classes.index("dahlia")
    for images, labels in (raw.train, raw.test):
        red = images[labels == dahlia][..., 0].astype(float)
        assert (red[:, 10:22, 10:22].mean((1, 2)) > 180).all()
        assert (red[:, :, -3:].mean((1, 2)) < 100).all()


def test_the_same_images_every_time(tmp_path):
    first, again = (read(PHOTOGRAPHS, None, tmp_path) for _ in range(2))
    np.testing.assert_array_equal(first.train[0], again.train[0])


def test_a_package_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(_PHOTOGRAPHS, "cat", _Photograph("no_such_package", "cat.png"))
    with pytest.raises(DatasetError, match=r"cat\.png: its package no_such_package is not installed"):
        read(PHOTOGRAPHS, None, tmp_path)


@pytest.mark.parametrize(
    ("settings", "source", "message"),
    [
        ({"crops": 5}, None, "unknown key 'crops'"),
        ({"image_size": 0}, None, "image_size: found 0, expected a whole number of at least 1"),
        ({}, "somewhere", "source: found 'somewhere', expected none"),
    ],
)
def test_wrong_settings_are_named(tmp_path, settings, source, message):
    with pytest.raises(SettingError, match=message):
        read({**PHOTOGRAPHS, **settings}, source, tmp_path)
