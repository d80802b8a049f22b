import pytest

from mixsuite.checks import SettingError
from mixsuite.data.errors import DatasetError
from mixsuite.data.large_folder import read

PETS = {"kind": "large_folder", "name": "pets"}


@pytest.mark.parametrize("test", ["test", "val"])
def test_images_and_labels_follow_the_sorted_classes(image_folder, test):
    root = image_folder(splits=("train", test), classes=("dog", "cat"), n_images=2)
    raw = read(PETS, str(root))
    assert raw.classes == raw.names == ["cat", "dog"]
    assert raw.root == root
    for split, images in (("train", raw.train), (test, raw.test)):
        assert images == [
            (f"{split}/{name}/{n}.png", label) for label, name in enumerate(("cat", "dog")) for n in (0, 1)
        ]


def test_a_missing_split_is_named(image_folder):
    with pytest.raises(DatasetError, match=r"holds neither test/ nor val/"):
        read(PETS, str(image_folder(splits=("train",))))


@pytest.mark.parametrize(
    ("settings", "source", "message"),
    [({}, None, "dataset pets: source: missing"), ({"image_size": 8}, "x", "unknown key 'image_size'")],
)
def test_wrong_settings_are_named(settings, source, message):
    with pytest.raises(SettingError, match=message):
        read({**PETS, **settings}, source)
