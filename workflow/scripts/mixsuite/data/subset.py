"""A subset of a prepared dataset of arrays: places in its training split; everything else is the whole dataset's.

SUBSET/indices.npy   int64 (n,), rising: places in the training split of the whole dataset
SUBSET/dataset.json  the whole dataset (its folder, seen from this one, and its sha256), n, sha256, how it was selected

The test split, the classes and the statistics that images are normalised by are those of the whole dataset.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.data.arrays import ImageArrays, load_dataset
from mixsuite.data.description import read_description
from mixsuite.data.errors import DatasetError
from mixsuite.data.replacement import replaced_folder
from mixsuite.files import digest
from mixsuite.records import write_record

SUBSET_FILES = ("indices.npy", "dataset.json")


def write_subset(
    destination: Path,
    indices: np.ndarray,
    whole: Path,
    whole_sha256: str,
    specification: dict[str, Any],
    code: str = "",
) -> dict[str, Any]:
    """Write the subset of the dataset prepared in `whole` to `destination`, whole or not at all; return what it says.

    `indices` (n,) are rising places in the training split; `specification` says how they were selected,
    `code` is the fingerprint of the code that did it.
    """
    content = {
        "specification": specification,
        "dataset": {"folder": os.path.relpath(whole.resolve(), destination.resolve()), "sha256": whole_sha256},
        "n": {"train": len(indices)},
        "sha256": _subset_sha256(whole_sha256, indices),
    }
    with replaced_folder(destination, SUBSET_FILES) as folder:
        np.save(folder / "indices.npy", indices.astype(np.int64))
        write_record(folder / "dataset.json", content, code, [folder / "indices.npy"])
    return content


def load_subset(folder: Path, sha256: str | None = None) -> tuple[ImageArrays, ImageArrays, str]:
    """Return the chosen training images, the test split of the whole dataset, and the sha256 of the subset.

    Raises:
        DatasetError: a file is missing or unreadable, the whole dataset is gone or is another one, an index is none of
            its training images, or the subset's sha256 is not what it says or not `sha256`.
    """
    said = read_description(folder / "dataset.json", ("dataset", "sha256"))
    train, test, _ = load_dataset(folder / said["dataset"]["folder"], said["dataset"]["sha256"])
    indices = _read_indices(folder / "indices.npy", len(train.labels))
    if (found := _subset_sha256(said["dataset"]["sha256"], indices)) != said["sha256"]:
        raise DatasetError(f"{folder}: the subset has sha256 {found}, expected {said['sha256']}: select it anew")
    if sha256 and found != sha256:
        raise DatasetError(f"{folder}: the subset has sha256 {found}, expected {sha256}: it was selected differently")
    description = {**train.description, "n": len(indices)}
    chosen = replace(train, images=train.images[indices], labels=train.labels[indices], description=description)
    return chosen, test, found


def _subset_sha256(whole: str, indices: np.ndarray) -> str:
    content = hashlib.sha256(np.ascontiguousarray(indices, dtype="<i8").data).hexdigest()
    return digest({"whole": whole, "indices": content})


def _read_indices(path: Path, n: int) -> np.ndarray:
    try:
        indices = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path}: cannot be read as an array ({error})") from None
    if indices.dtype != np.int64 or indices.ndim != 1 or not len(indices):
        raise DatasetError(f"{path}: found {indices.dtype} of shape {indices.shape}, expected int64 of shape (n,)")
    if indices[0] < 0 or indices[-1] >= n or (np.diff(indices) <= 0).any():
        raise DatasetError(f"{path}: expected rising places in 0..{n - 1}, those of the whole training split")
    return indices
