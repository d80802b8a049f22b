"""C-scores of a dataset's training images in their original order, with the labels that prove the order.

The file is that of pluskid/structural-regularity (cscores/cifar10-cscores-orig-order.npz): `labels` int64 (N,) and
`scores` float64 (N,), from 0 (irregular) to 1 (regular).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.cscores.quartiles import mean_and_quartiles
from mixsuite.files import atomic_path


@dataclass(frozen=True)
class CScores:
    """`scores` float64 (N,) from 0 to 1 and `labels` int64 (N,): entry i is of the i-th training image."""

    scores: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)

    def described(self) -> dict[str, Any]:
        """Return, in plain values, how many there are, their mean and quartiles."""
        return {"n": len(self), **mean_and_quartiles(self.scores)}


def read_cscores(path: Path) -> CScores:
    """Return the C-scores in `path` (.npz).

    Raises:
        ValueError: the file is missing or unreadable, lacks an array, or the arrays are no scores and labels.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("labels", "scores") if name in file.files}
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file, expected C-scores (.npz with `labels` and `scores`)") from None
    # numpy takes what is no archive for an array, which has no names, or for a pickle, which it refuses.
    except (OSError, EOFError, ValueError, TypeError, AttributeError, zipfile.BadZipFile):
        raise ValueError(f"{path}: cannot be read, expected C-scores (.npz with `labels` and `scores`)") from None
    for name in ("labels", "scores"):
        if name not in arrays:
            raise ValueError(f"{path}: lacks the array {name!r}, expected a file of C-scores")
    scores, labels = arrays["scores"], arrays["labels"]
    if scores.ndim != 1 or scores.shape != labels.shape or scores.dtype.kind != "f" or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{path}: found scores {scores.dtype} of shape {scores.shape} and labels {labels.dtype} of shape "
            f"{labels.shape}, expected as many fractional scores as whole labels"
        )
    if not len(scores) or not (np.isfinite(scores).all() and scores.min() >= 0 and scores.max() <= 1):
        raise ValueError(f"{path}: found scores that are not from 0 to 1, expected C-scores")
    return CScores(scores.astype(np.float64), labels.astype(np.int64))


def write_cscores(path: Path, cscores: CScores, **more: np.ndarray) -> None:
    """Write `cscores` to `path` (.npz), atomically; `more` arrays go with them."""
    with atomic_path(path) as temporary:
        np.savez_compressed(temporary, labels=cscores.labels, scores=cscores.scores, **more)


def check_order(cscores: CScores, labels: np.ndarray, source: str) -> None:
    """Raise ValueError unless `cscores`, of `source`, have the `labels` of the training images, one by one."""
    if len(cscores) != len(labels):
        raise ValueError(
            f"{source}: found C-scores of {len(cscores)} images, expected those of the {len(labels)} training images: "
            "they are of another dataset"
        )
    differing = np.flatnonzero(cscores.labels != labels)
    if len(differing):
        first = differing[0]
        raise ValueError(
            f"{source}: the labels differ from the training images' in {len(differing)} of {len(labels)} places (first "
            f"at {first}: found {cscores.labels[first]}, expected {labels[first]}): the C-scores are of another "
            "dataset or in another order"
        )
