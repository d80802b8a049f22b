import dataclasses
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from mixsuite.checks import SettingError
from mixsuite.data.arrays import load_split, write_split
from mixsuite.data.errors import DatasetError
from mixsuite.data.registry import index
from mixsuite.data.resized_crop import ResizedCrop, central_view
from mixsuite.robustness.pixels import BATCH_SIZE, open_pixels, split_pixels
from mixsuite.training.sources import load_splits

CPU = torch.device("cpu")
CROP = {"size": 8, "resize": 10, "scale": [0.5, 1.0], "ratio": [0.75, 1.25]}


@pytest.fixture
def trained_on_large(trained):
    """Pretend that the network takes large images in colour, cut to 8 pixels."""
    run = {**trained.run, "specification": {**trained.run["specification"]}}
    run["specification"]["schedule"] = {**run["specification"]["schedule"], "resized_crop": CROP}
    return dataclasses.replace(trained, run=run, mean=torch.zeros(3, 1, 1), std=torch.ones(3, 1, 1))


@pytest.fixture
def folder(tmp_path):
    """Write class folders with image files of different sizes."""
    rng = np.random.default_rng(0)
    for name, count in (("n02", 2), ("n01", 3)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 256, (12 + number, 15, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "set" / name / f"{number}.png")
    (tmp_path / "set" / "README.txt").write_text("not an image")
    return tmp_path / "set"


def test_arrays_come_as_pixels_in_order(splits, trained):
    pixels = split_pixels(splits[1], trained, CPU, 0)
    batches = list(pixels.batches())
    assert [len(labels) for _, labels in batches] == [BATCH_SIZE, 300 - BATCH_SIZE]
    images = torch.cat([images for images, _ in batches])
    assert images.dtype == torch.float32
    assert np.array_equal(images.mul(255).round().numpy().transpose(0, 2, 3, 1), splits[1].images)
    assert 0 <= images.min() < images.max() <= 1
    assert np.array_equal(torch.cat([labels for _, labels in batches]).numpy(), splits[1].labels)
    assert (len(pixels), pixels.description) == (300, splits[1].description)


def test_a_prepared_split_is_opened(dataset, splits, trained):
    opened = open_pixels(dataset / "test", trained, CPU, 0)
    assert opened.description["sha256"] == splits[1].description["sha256"]
    assert torch.equal(next(opened.batches())[0], next(split_pixels(splits[1], trained, CPU, 0).batches())[0])


def test_a_folder_of_class_folders_is_opened_as_imagenet_a_is_laid_out(folder, trained_on_large):
    opened = open_pixels(folder, trained_on_large, CPU, 0)
    assert opened.description["classes"] == ["n01", "n02"]
    ((images, labels),) = opened.batches()
    assert labels.tolist() == [0, 0, 0, 1, 1]
    paths = [folder / "n01" / f"{number}.png" for number in range(3)] + [folder / "n02" / f"{n}.png" for n in range(2)]
    for path, image in zip(paths, images, strict=True):
        expected = central_view(Image.open(path), ResizedCrop(**CROP))
        assert np.array_equal(image.mul(255).round().numpy().transpose(1, 2, 0), expected)


def test_the_checksum_of_a_folder_follows_its_files(folder, trained_on_large):
    before = open_pixels(folder, trained_on_large, CPU, 0).description["sha256"]
    assert open_pixels(folder, trained_on_large, CPU, 0).description["sha256"] == before
    (folder / "n01" / "0.png").rename(folder / "n01" / "9.png")
    assert open_pixels(folder, trained_on_large, CPU, 0).description["sha256"] != before


def test_an_indexed_split_comes_as_pixels(folder, tmp_path, trained_on_large):
    for split in ("train", "test"):
        shutil.copytree(folder, tmp_path / "root" / split)
    index({"kind": "large_folder", "name": "mine"}, str(tmp_path / "root"), tmp_path / "indexed")
    _, test, _ = load_splits(tmp_path / "indexed")
    ((images, labels),) = split_pixels(test, trained_on_large, CPU, 0).batches()
    ((expected, _),) = open_pixels(folder, trained_on_large, CPU, 0).batches()
    assert torch.equal(images, expected)
    assert labels.tolist() == [0, 0, 0, 1, 1]


def test_a_missing_folder_is_one_message(tmp_path, trained):
    with pytest.raises(DatasetError, match=r"imagenet-a: no such folder, expected images\.npy or a folder per class"):
        open_pixels(tmp_path / "imagenet-a", trained, CPU, 0)


def test_image_files_are_not_for_a_network_of_small_images(folder, trained):
    with pytest.raises(SettingError, match=r"found no images\.npy, expected it for a network of small images"):
        open_pixels(folder, trained, CPU, 0)


def test_images_of_another_shape_are_refused(tmp_path, splits, trained):
    images = np.zeros((4, 6, 6, 1), np.uint8)
    write_split(tmp_path / "other", images, np.zeros(4, np.int64), splits[1].description)
    assert load_split(tmp_path / "other").images.shape == (4, 6, 6, 1)
    with pytest.raises(DatasetError, match=r"found images of shape \(6, 6, 1\), expected \(8, 8, 1\)"):
        open_pixels(tmp_path / "other", trained, CPU, 0)
