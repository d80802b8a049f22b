import numpy as np
import pytest
from PIL import Image

from mixsuite.checks import SettingError
from mixsuite.data.errors import DatasetError
from mixsuite.data.folder import read

SETTINGS = {"kind": "folder", "name": "pets", "image_size": 8}


def test_images_and_labels_follow_the_sorted_classes(image_folder, tmp_path):
    root = image_folder(classes=("dog", "cat"), n_images=3)
    raw = read(SETTINGS, str(root), tmp_path)
    assert raw.classes == ["cat", "dog"]
    for split, (images, labels) in (("train", raw.train), ("test", raw.test)):
        assert labels.tolist() == [0, 0, 0, 1, 1, 1]
        for place, (label, number) in enumerate((c, n) for c in ("cat", "dog") for n in range(3)):
            with Image.open(root / split / label / f"{number}.png") as image:
                np.testing.assert_array_equal(images[place], np.asarray(image))


def test_images_are_resized(image_folder, tmp_path):
    raw = read({**SETTINGS, "image_size": 4}, str(image_folder(side=8)), tmp_path)
    assert raw.train[0].shape == (6, 4, 4, 3)
    assert "resized to 4 x 4" in raw.source


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "folder", "name": "pets"}, "missing key 'image_size'"),
        ({**SETTINGS, "image_size": 0}, "image_size: found 0"),
        ({**SETTINGS, "size": 1}, "unknown key 'size'"),
    ],
)
def test_wrong_settings_are_named(image_folder, tmp_path, settings, message):
    with pytest.raises(SettingError, match=message):
        read(settings, str(image_folder()), tmp_path)


def test_a_source_is_needed(tmp_path):
    with pytest.raises(SettingError, match="dataset pets: source: missing"):
        read(SETTINGS, None, tmp_path)


def test_an_image_that_does_not_decode_is_named(image_folder, tmp_path):
    root = image_folder()
    (root / "test" / "dog" / "1.png").write_bytes(b"no image")
    with pytest.raises(DatasetError, match=r"test/dog/1\.png: does not decode"):
        read(SETTINGS, str(root), tmp_path)
