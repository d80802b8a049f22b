"""The prepared form of a small-image dataset: two arrays and a description per split, readable by memory map.

DATASET/dataset.json            what was prepared, from where, the splits and the sha256 of all arrays
DATASET/{train,test}/images.npy uint8 (N, H, W, C)
DATASET/{train,test}/labels.npy int64 (N,)
DATASET/{train,test}/dataset.json classes, mean and std of the train split, sha256, source
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.data.description import SPLITS, combined_sha256, read_description
from mixsuite.data.errors import DatasetError
from mixsuite.files import write_json

FILES = ("images.npy", "labels.npy", "dataset.json")


@dataclass(frozen=True)
class RawDataset:
    """What a reader of one kind of dataset returns: images uint8 (N, H, W, C) and labels int64 (N,) of both splits."""

    classes: list[str]
    source: str
    train: tuple[np.ndarray, np.ndarray]
    test: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class ImageArrays:
    """One split: `images` uint8 (N, H, W, C), `labels` int64 (N,) and what its dataset.json says."""

    images: np.ndarray
    labels: np.ndarray
    description: dict[str, Any]

    @property
    def n_classes(self) -> int:
        """Number of classes, whether or not this split has an image of each."""
        return len(self.description["classes"])


def write_split(folder: Path, images: np.ndarray, labels: np.ndarray, description: dict[str, Any]) -> str:
    """Write one split into `folder` and return its sha256, which joins the `description` with the number of images."""
    folder.mkdir(parents=True, exist_ok=True)
    sha256 = arrays_sha256(images, labels)
    np.save(folder / "images.npy", np.ascontiguousarray(images))
    np.save(folder / "labels.npy", labels)
    write_json(folder / "dataset.json", {**description, "n": len(labels), "sha256": sha256})
    return sha256


def load_split(folder: Path) -> ImageArrays:
    """Return the split in `folder` by memory map, its content held against its sha256.

    Raises:
        DatasetError: a file is missing or unreadable, an array has another type or shape than the prepared form, a
            label is no class, or the content is not what was prepared.
    """
    description = read_description(folder / "dataset.json", ("classes", "mean", "std", "sha256", "source", "n"))
    images = _read_array(folder / "images.npy", np.uint8, ("N", "H", "W", "C"))
    labels = _read_array(folder / "labels.npy", np.int64, ("N",))
    if not len(images) == len(labels) == description["n"] or not len(labels):
        raise DatasetError(
            f"{folder}: found {len(images)} images and {len(labels)} labels, expected {description['n']} of each"
        )
    n_classes = len(description["classes"])
    if labels.min() < 0 or labels.max() >= n_classes:
        raise DatasetError(f"{folder / 'labels.npy'}: found a label outside 0..{n_classes - 1}")
    if (found := arrays_sha256(images, labels)) != description["sha256"]:
        raise DatasetError(
            f"{folder}: the arrays have sha256 {found}, expected {description['sha256']}: prepare it anew"
        )
    return ImageArrays(images, labels, description)


def load_dataset(folder: Path, sha256: str | None = None) -> tuple[ImageArrays, ImageArrays, str]:
    """Return the train split, the test split and the sha256 of the dataset prepared in `folder`.

    Raises:
        DatasetError: as load_split; or the splits do not fit together; or the dataset's sha256 is not `sha256`.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder, expected a prepared dataset (train/ and test/)")
    train, test = (load_split(folder / split) for split in SPLITS)
    if train.images.shape[1:] != test.images.shape[1:] or train.description["classes"] != test.description["classes"]:
        raise DatasetError(f"{folder}: train/ and test/ differ in their classes or in the shape of their images")
    found = combined_sha256(train.description["sha256"], test.description["sha256"])
    if sha256 and found != sha256:
        raise DatasetError(f"{folder}: the dataset has sha256 {found}, expected {sha256}: it was prepared differently")
    return train, test, found


def arrays_sha256(images: np.ndarray, labels: np.ndarray) -> str:
    """Return the sha256 of both arrays' shapes and contents, the same whatever numpy wrote the files."""
    content = hashlib.sha256(f"{images.shape}{labels.shape}".encode())
    content.update(np.ascontiguousarray(images).data)
    content.update(np.ascontiguousarray(labels, dtype="<i8").data)
    return content.hexdigest()


def _read_array(path: Path, dtype: type, axes: tuple[str, ...]) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path}: cannot be read as an array ({error})") from None
    if array.dtype != dtype or array.ndim != len(axes):
        expected = f"{np.dtype(dtype)} of shape ({', '.join(axes)})"
        raise DatasetError(f"{path}: found {array.dtype} of shape {array.shape}, expected {expected}")
    return array
