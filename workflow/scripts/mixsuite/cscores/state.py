"""The state of an estimate of C-scores: the counts after each training, never those of another estimate."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from mixsuite.cscores.estimation import Counts
from mixsuite.files import atomic_path


def save_counts(path: Path, counts: Counts, identity: str) -> None:
    """Write `counts` of the estimate `identity` to `path` (.npz), atomically."""
    with atomic_path(path) as temporary:
        np.savez(temporary, **vars(counts), identity=np.array(identity))


def restore_counts(path: Path, n_ratios: int, n_images: int, identity: str) -> Counts:
    """Return the counts in `path`; none yet where it is absent, damaged or that of another estimate."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["identity"]) == identity:
                return Counts(file["held_out"], file["correct"], int(file["trainings"]))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        pass
    return Counts.none(n_ratios, n_images)
