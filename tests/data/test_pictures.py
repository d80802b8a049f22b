import numpy as np
import pytest
from PIL import Image

from mixsuite.data.errors import DatasetError
from mixsuite.data.pictures import INDEXED_SIZE, open_pictures
from mixsuite.data.registry import index, prepare

PETS = {"kind": "folder", "name": "pets", "image_size": 8}


def test_pictures_of_arrays_are_read_in_order(image_folder, tmp_path):
    prepared = prepare(PETS, str(image_folder()), tmp_path / "p", tmp_path)
    pictures = open_pictures(tmp_path / "p", prepared["sha256"])
    assert pictures.names == ["cat", "dog"]
    assert pictures.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert pictures.sha256 == prepared["sha256"]
    read = pictures.read([4, 0])
    np.testing.assert_array_equal(read[0], np.asarray(Image.open(tmp_path / "pets" / "train" / "dog" / "1.png")))
    np.testing.assert_array_equal(read[1], np.asarray(Image.open(tmp_path / "pets" / "train" / "cat" / "0.png")))


def test_pictures_of_an_index_are_all_of_one_size(image_folder, tmp_path):
    root = image_folder(side=20)
    prepared = index({"kind": "large_folder", "name": "pets"}, str(root), tmp_path / "p")
    pictures = open_pictures(tmp_path / "p", prepared["sha256"])
    assert pictures.labels.tolist() == [0, 0, 0, 1, 1, 1]
    read = pictures.read([5, 1])
    assert read.shape == (2, INDEXED_SIZE, INDEXED_SIZE, 3)
    assert read.dtype == np.uint8
    enlarged = Image.open(root / "train" / "dog" / "2.png").resize((INDEXED_SIZE,) * 2, Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(read[0], np.asarray(enlarged))


def test_only_the_dataset_that_was_asked_for_is_taken(image_folder, tmp_path):
    prepare(PETS, str(image_folder()), tmp_path / "p", tmp_path)
    with pytest.raises(DatasetError, match="expected other"):
        open_pictures(tmp_path / "p", "other")
    with pytest.raises(DatasetError, match="no such folder"):
        open_pictures(tmp_path / "nowhere")
