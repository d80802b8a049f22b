"""A subset of a prepared dataset of arrays: indices into its parent, and for every later step a dataset like any other.

DATASET/dataset.json              as of arrays (mixsuite.data.arrays), with the `parent`
DATASET/{train,test}/indices.npy  int64 (n,), rising: places in the parent's split
DATASET/{train,test}/dataset.json as of arrays; mean and std are the parent's, sha256 that of the chosen images
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.data.arrays import ImageArrays, arrays_sha256, load_split
from mixsuite.data.description import SPLITS, combined_sha256, read_description
from mixsuite.data.errors import DatasetError
from mixsuite.data.replacement import replaced_folder
from mixsuite.files import write_json

SUBSET_FILES = ("indices.npy", "dataset.json")
_KEYS = ("classes", "mean", "std", "sha256", "source", "n", "parent", "parent_sha256")


def write_subset(dataset: dict[str, Any], parent: Path, chosen: dict[str, np.ndarray], destination: Path) -> None:
    """Write the subset of the dataset prepared in `parent` to `destination`, whole or not at all.

    `chosen` are the indices of both splits; `dataset` says in dataset.json what it is made of.

    Raises:
        DatasetError: the parent is no prepared dataset of arrays, or `destination` holds something else.
    """
    splits = {name: load_split(parent / name) for name in SPLITS}
    with replaced_folder(destination, SUBSET_FILES) as folder:
        # Relative, so that a project that was moved finds it; from the destination, not the temporary folder.
        common = {"dataset": dataset, **_shared(splits["train"].description)}
        sha256, n = {}, {}
        for name, split in splits.items():
            indices = np.sort(np.asarray(chosen[name], np.int64))
            (folder / name).mkdir()
            np.save(folder / name / "indices.npy", indices)
            sha256[name] = arrays_sha256(split.images[indices], split.labels[indices])
            n[name] = len(indices)
            place = os.path.relpath(parent / name, destination / name)
            origin = {"parent": place, "parent_sha256": split.description["sha256"]}
            write_json(
                folder / name / "dataset.json",
                {**common, **origin, "split": name, "n": n[name], "sha256": sha256[name]},
            )
        place = os.path.relpath(parent, destination)
        write_json(folder / "dataset.json", {**common, "parent": place, "n": n, "sha256": combined_sha256(**sha256)})


def load_subset_split(folder: Path) -> ImageArrays:
    """Return the split in `folder`, which holds indices into its parent's, its content held against its sha256.

    Raises:
        DatasetError: a file or the parent is missing, damaged, or not that of which the subset was taken.
    """
    description = read_description(folder / "dataset.json", _KEYS)
    indices, parent = load_indices(folder), load_parent_split(folder)
    if len(indices) != description["n"] or indices.max(initial=-1) >= len(parent.labels):
        raise DatasetError(f"{folder}: the indices are not those of its description: prepare it anew")
    images, labels = parent.images[indices], np.asarray(parent.labels[indices])
    if (found := arrays_sha256(images, labels)) != description["sha256"]:
        raise DatasetError(
            f"{folder}: the chosen images have sha256 {found}, expected {description['sha256']}: prepare it anew"
        )
    return ImageArrays(images, labels, description)


def load_parent_split(folder: Path) -> ImageArrays:
    """Return the split that the subset's split in `folder` was taken of.

    Raises:
        DatasetError: the split is no subset, or the parent is missing, damaged or another one.
    """
    description = read_description(folder / "dataset.json", _KEYS)
    parent = load_split(folder / description["parent"])
    if (found := parent.description["sha256"]) != description["parent_sha256"]:
        raise DatasetError(
            f"{folder}: is a subset of images with sha256 {description['parent_sha256']}, but {description['parent']} "
            f"has {found}: prepare it anew"
        )
    return parent


def load_indices(folder: Path) -> np.ndarray:
    """Return the indices, int64 (n,), rising, of the subset's split in `folder`.

    Raises:
        DatasetError: the split is no subset, or its indices are no rising whole numbers.
    """
    path = folder / "indices.npy"
    try:
        indices = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path}: cannot be read ({error}); expected the indices of a subset") from None
    rising = indices.ndim == 1 and indices.dtype == np.int64 and len(indices) and (np.diff(indices) > 0).all()
    if not rising or indices[0] < 0:
        raise DatasetError(f"{path}: found {indices.dtype} of shape {indices.shape}, expected rising int64 indices")
    return indices


def _shared(description: dict[str, Any]) -> dict[str, Any]:
    return {key: description[key] for key in ("classes", "mean", "std", "source")}
