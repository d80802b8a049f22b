import shutil

import numpy as np
import pytest
from PIL import Image

from mixsuite.data.class_folders import decode, labelled_paths, list_both_splits, open_as_stored, open_image
from mixsuite.data.errors import DatasetError


def test_classes_and_images_are_sorted_by_name(image_folder):
    train, test = list_both_splits(image_folder(classes=("dog", "ant", "cat"), n_images=11))
    assert list(train) == list(test) == ["ant", "cat", "dog"]
    assert [path.name for path in train["ant"]][:4] == ["0.png", "1.png", "10.png", "2.png"]


def test_val_will_do_for_test(image_folder):
    _, test = list_both_splits(image_folder(splits=("train", "val")))
    assert test["cat"][0].parent.parent.name == "val"


def test_test_goes_before_val(image_folder):
    _, test = list_both_splits(image_folder(splits=("train", "test", "val")))
    assert test["cat"][0].parent.parent.name == "test"


def test_files_that_are_no_images_are_passed_over(image_folder):
    root = image_folder(n_images=1)
    for name in (".hidden.png", "notes.txt"):
        (root / "train" / "cat" / name).write_text("")
    (root / "train" / "stray.png").write_text("")
    (root / "train" / ".cache").mkdir()
    train, _ = list_both_splits(root)
    assert {label: [path.name for path in paths] for label, paths in train.items()} == {
        "cat": ["0.png"],
        "dog": ["0.png"],
    }


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DatasetError, match="nowhere: no such folder, expected one that holds train/ and test/"):
        list_both_splits(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("splits", "message"), [(("test",), "holds no folder train/"), (("train",), "holds neither test/ nor val/")]
)
def test_a_missing_split_is_named(image_folder, splits, message):
    with pytest.raises(DatasetError, match=message):
        list_both_splits(image_folder(splits=splits))


def test_a_class_without_images_is_named(image_folder):
    root = image_folder()
    shutil.rmtree(root / "test" / "dog")
    (root / "test" / "dog").mkdir()
    with pytest.raises(DatasetError, match="test/dog: a class folder without images"):
        list_both_splits(root)


@pytest.mark.parametrize("classes", [(), ("cat",)])
def test_one_class_is_not_enough(image_folder, classes):
    root = image_folder(splits=("test",))
    for label in classes:
        shutil.copytree(root / "test" / label, root / "train" / label)
    (root / "train").mkdir(exist_ok=True)
    with pytest.raises(DatasetError, match=f"train: found {len(classes)} class folders, expected at least 2"):
        list_both_splits(root)


def test_a_class_of_one_split_only_is_named(image_folder):
    root = image_folder(classes=("ant", "cat", "dog"))
    shutil.rmtree(root / "train" / "cat")
    with pytest.raises(DatasetError, match="differ in their classes: 'cat' is only in test/"):
        list_both_splits(root)


def test_an_image_of_the_right_size_keeps_its_pixels(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    np.testing.assert_array_equal(decode(tmp_path / "a.png", 5), pixels)


@pytest.mark.parametrize("shape", [(12, 20), (20, 12)])
def test_a_larger_image_is_resized_by_its_shorter_side_and_cut_to_the_centre(tmp_path, shape):
    # Blocks of 2 x 2 equal pixels: halving gives back one pixel of each.
    small = np.zeros((shape[0] // 2, shape[1] // 2, 3), np.uint8)
    top, left = (small.shape[0] - 6) // 2, (small.shape[1] - 6) // 2
    small[top : top + 6, left : left + 6] = 200
    Image.fromarray(small.repeat(2, 0).repeat(2, 1)).save(tmp_path / "a.png")
    found = decode(tmp_path / "a.png", 6)
    assert found.shape == (6, 6, 3)
    np.testing.assert_array_equal(found[1:-1, 1:-1], 200)


def test_grey_and_transparent_images_become_rgb(tmp_path):
    Image.new("L", (4, 4), 9).save(tmp_path / "grey.png")
    Image.new("RGBA", (4, 4), (1, 2, 3, 0)).save(tmp_path / "clear.png")
    np.testing.assert_array_equal(decode(tmp_path / "grey.png", 4), np.full((4, 4, 3), 9))
    np.testing.assert_array_equal(decode(tmp_path / "clear.png", 4)[0, 0], [1, 2, 3])


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
@pytest.mark.parametrize("kept", [0.0, 0.02, 0.6])
def test_a_truncated_image_is_named(tmp_path, suffix, kept):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DatasetError, match=rf"a\.{suffix}: does not decode as an image"):
        decode(path, 40)


def test_damaged_bytes_never_end_in_another_error(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "a.png"
    Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)).save(path)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    refused = 0
    for _ in range(200):
        damaged = whole.copy()
        damaged[rng.integers(len(whole), size=3)] = rng.integers(256, size=3)
        path.write_bytes(damaged.tobytes())
        try:
            decode(path, 9)
        except DatasetError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("mode", ["I;16", "F", "I"])
def test_pixels_of_more_than_8_bits_are_refused(tmp_path, mode):
    path = tmp_path / "deep.tiff"
    Image.new(mode, (4, 4)).save(path)
    with pytest.raises(DatasetError, match="expected 8 bits per channel"):
        open_image(path)


def test_a_photo_taken_sideways_is_turned_upright(tmp_path):
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(path, exif=exif)
    assert open_image(path).size == (4, 8)


def test_an_image_as_stored_is_not_turned(tmp_path):
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(path, exif=exif)
    assert open_as_stored(path).size == (8, 4)


def test_a_class_may_keep_its_images_in_a_folder_of_their_own(image_folder):
    root = image_folder(n_images=2)
    for path in root.glob("train/cat/*.png"):
        (path.parent / "images").mkdir(exist_ok=True)
        path.rename(path.parent / "images" / path.name)
    train, _ = list_both_splits(root)
    assert [path.relative_to(root / "train").as_posix() for path in train["cat"]] == [
        "cat/images/0.png",
        "cat/images/1.png",
    ]


def test_labels_are_places_among_the_classes(image_folder):
    root = image_folder(n_images=1)
    train, _ = list_both_splits(root)
    assert labelled_paths(train, ["dog", "ant", "cat"], root) == [("train/cat/0.png", 2), ("train/dog/0.png", 0)]
