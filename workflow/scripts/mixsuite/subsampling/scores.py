"""The files of a scoring: values.npy (N, ·), a row per training image, and scores.json, which says what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.files import atomic_path
from mixsuite.intact import read_intact
from mixsuite.records import write_record


@dataclass(frozen=True)
class Scores:
    """What scores.json says, and `values` (N, ·) by memory map."""

    record: dict[str, Any]
    values: np.ndarray

    @property
    def specification(self) -> dict[str, Any]:
        """What the scoring is made of (see mixsuite.subsampling.specification)."""
        return self.record["specification"]


def write_scores(record_path: Path, values_path: Path, content: dict[str, Any], values: np.ndarray, code: str) -> None:
    """Write `values` and, last, their record with `content`, both whole or not at all; `code` is its fingerprint."""
    with atomic_path(values_path) as temporary:
        np.save(temporary, values)
    write_record(record_path, {**content, "shape": list(values.shape)}, code, [values_path])


def read_scores(folder: Path, dataset_sha256: str) -> Scores:
    """Return the scores in `folder`.

    Raises:
        ValueError: a file is missing or damaged, or the scores are of another dataset than `dataset_sha256`.
    """
    path = folder / "values.npy"
    record = read_intact(folder / "scores.json", path)
    if not {"dataset", "shape"} <= record.keys():
        raise ValueError(f"{folder}: lacks dataset or shape, expected the result of a scoring")
    if (found := record["dataset"]["sha256"]) != dataset_sha256:
        raise ValueError(f"{folder}: scores of the dataset with sha256 {found}, expected {dataset_sha256}")
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"{path}: cannot be read ({error}); expected the values of a scoring") from None
    if list(values.shape) != record["shape"]:
        raise ValueError(f"{path}: found the shape {list(values.shape)}, expected {record['shape']}, by scores.json")
    return Scores(record, values)
