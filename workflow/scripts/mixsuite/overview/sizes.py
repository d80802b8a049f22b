"""How many images a dataset has, and of what shape: as prepared or, before that, as its makers published it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.catalog import paths


@dataclass(frozen=True)
class Size:
    """A dataset as a network sees it; images are `side` x `side`."""

    n_train: int
    n_test: int
    n_classes: int
    channels: int
    side: int
    bytes: int
    """Of its prepared form."""


_PUBLISHED = {
    "digits": (600, 1197, 10, 1, 8),
    "cifar10": (50_000, 10_000, 10, 3, 32),
    "cifar100": (50_000, 10_000, 100, 3, 32),
    "imagenet": (1_281_167, 50_000, 1000, 3, 224),
}
_BYTES_PER_INDEXED = 60


def size_of(root: Path, scale: str, dataset: Mapping[str, Any], crop: Mapping[str, Any] | None) -> Size | None:
    """Return the size of a whole `dataset` (its specification), or None for a user's that is not prepared yet.

    `crop` is the schedule's `resized_crop`, which says how large images come to the network; None: as they are.
    """
    folder = root / paths.dataset(scale, dataset["name"])
    found = _prepared(folder) or _published(dataset["kind"])
    if found is None:
        return None
    counts, (channels, side) = found[:3], found[3:]
    side = crop["size"] if crop else side
    n_bytes = (counts[0] + counts[1]) * (_BYTES_PER_INDEXED if crop else channels * side * side)
    return Size(*counts, channels, side, n_bytes)


def _published(kind: str) -> tuple[int, ...] | None:
    return _PUBLISHED.get(kind)


def _prepared(folder: Path) -> tuple[int, ...] | None:
    try:
        told = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        counts = told["n"]["train"], told["n"]["test"], len(told["classes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    images = folder / "train" / "images.npy"
    if not images.is_file():
        return (*counts, 3, 0)
    shape = np.load(images, mmap_mode="r", allow_pickle=False).shape
    return (*counts, shape[3], shape[1])
