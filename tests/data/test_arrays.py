import json

import numpy as np
import pytest

from mixsuite.data.arrays import arrays_sha256, load_dataset, load_split, write_split
from mixsuite.data.description import combined_sha256
from mixsuite.data.errors import DatasetError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2])
DESCRIPTION = {"classes": ["a", "b", "c"], "mean": [0.5] * 3, "std": [0.2] * 3, "source": "made up"}


@pytest.fixture
def split(tmp_path):
    write_split(tmp_path / "train", IMAGES, LABELS, DESCRIPTION)
    return tmp_path / "train"


@pytest.fixture
def dataset(split):
    write_split(split.parent / "test", IMAGES[:3], LABELS[:3], DESCRIPTION)
    return split.parent


def test_what_was_written_is_read_by_memory_map(split):
    loaded = load_split(split)
    np.testing.assert_array_equal(loaded.images, IMAGES)
    np.testing.assert_array_equal(loaded.labels, LABELS)
    assert isinstance(loaded.images, np.memmap)
    assert loaded.n_classes == 3
    assert loaded.description == {**DESCRIPTION, "n": 6, "sha256": arrays_sha256(IMAGES, LABELS)}


@pytest.mark.parametrize("file", ["images.npy", "labels.npy", "dataset.json"])
def test_a_missing_file_is_named(split, file):
    (split / file).unlink()
    with pytest.raises(DatasetError, match=f"{file}: cannot be read"):
        load_split(split)


@pytest.mark.parametrize("file", ["images.npy", "labels.npy", "dataset.json"])
def test_a_truncated_file_is_named(split, file):
    path = split / file
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(DatasetError, match=f"{file}: cannot be read"):
        load_split(split)


@pytest.mark.parametrize("images", [IMAGES.astype(np.float32), IMAGES[..., 0]])
def test_images_of_another_type_or_shape_are_refused(split, images):
    np.save(split / "images.npy", images)
    with pytest.raises(DatasetError, match=r"images.npy: found .*, expected uint8 of shape \(N, H, W, C\)"):
        load_split(split)


def test_labels_of_another_type_are_refused(split):
    np.save(split / "labels.npy", LABELS.astype(np.int32))
    with pytest.raises(DatasetError, match=r"labels.npy: found int32 .*, expected int64 of shape \(N\)"):
        load_split(split)


def test_an_array_of_objects_is_never_unpickled(split):
    np.save(split / "labels.npy", np.array([print, print], dtype=object), allow_pickle=True)
    with pytest.raises(DatasetError, match=r"labels.npy: cannot be read"):
        load_split(split)


def test_labels_outside_the_classes_are_refused(split):
    np.save(split / "labels.npy", LABELS + 1)
    with pytest.raises(DatasetError, match=r"a label outside 0\.\.2"):
        load_split(split)


def test_images_and_labels_must_be_as_many(split):
    np.save(split / "labels.npy", LABELS[:5])
    with pytest.raises(DatasetError, match="found 6 images and 5 labels, expected 6 of each"):
        load_split(split)


def test_a_description_without_a_key_is_refused(split):
    (split / "dataset.json").write_text(json.dumps({"classes": []}))
    with pytest.raises(DatasetError, match="lacks mean, std, sha256"):
        load_split(split)


def test_changed_content_is_noticed(split):
    changed = IMAGES.copy()
    changed[3, 2, 1, 0] ^= 1
    np.save(split / "images.npy", changed)
    with pytest.raises(DatasetError, match="the arrays have sha256"):
        load_split(split)


def test_a_dataset_is_both_splits_and_one_sha256(dataset):
    train, test, sha256 = load_dataset(dataset)
    assert (len(train.labels), len(test.labels)) == (6, 3)
    assert sha256 == combined_sha256(train.description["sha256"], test.description["sha256"])
    load_dataset(dataset, sha256)


def test_a_dataset_of_another_sha256_is_refused(dataset):
    with pytest.raises(DatasetError, match="expected 0123: it was prepared differently"):
        load_dataset(dataset, "0123")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DatasetError, match="nowhere: no such folder"):
        load_dataset(tmp_path / "nowhere")


def test_splits_of_different_classes_are_refused(dataset):
    write_split(dataset / "test", IMAGES, LABELS, {**DESCRIPTION, "classes": ["a", "b", "d"]})
    with pytest.raises(DatasetError, match="differ in their classes"):
        load_dataset(dataset)


def test_the_sha256_depends_on_every_part():
    moved = IMAGES.reshape(6, 2, 8, 3)
    relabelled = np.roll(LABELS, 1)
    hashes = {arrays_sha256(*pair) for pair in ((IMAGES, LABELS), (moved, LABELS), (IMAGES, relabelled))}
    assert len(hashes) == 3


def test_the_sha256_does_not_depend_on_the_order_in_memory():
    assert arrays_sha256(np.asfortranarray(IMAGES), LABELS) == arrays_sha256(IMAGES, LABELS)
