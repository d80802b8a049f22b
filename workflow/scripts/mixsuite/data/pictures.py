"""Chosen images of a prepared dataset, of either form, as they are shown in a figure: whole, and all of one size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mixsuite.data.arrays import ImageArrays, load_dataset
from mixsuite.data.class_folders import decode
from mixsuite.data.description import SPLITS
from mixsuite.data.index import INDEX_FILES, ImageIndex, load_index

INDEXED_SIZE = 224
"""Side in pixels to which images of an index are brought; arrays have their own."""


@dataclass(frozen=True)
class Pictures:
    """The train split of a dataset, to choose from; `sha256` is that of the dataset."""

    split: ImageArrays | ImageIndex
    sha256: str

    @property
    def labels(self) -> np.ndarray:
        """The class of each image, int64 (N,)."""
        return self.split.labels

    @property
    def names(self) -> list[str]:
        """What each class is called, in words where the dataset has them: the first of several synonyms."""
        description = self.split.description
        return [name.split(",")[0] for name in description.get("names", description["classes"])]

    def read(self, places: Iterable[int]) -> np.ndarray:
        """Return the images at `places`, uint8 (n, H, W, C), in their order.

        Raises:
            DatasetError: a file cannot be read or does not decode.
        """
        if isinstance(self.split, ImageArrays):
            return np.stack([self.split.images[place] for place in places])
        return np.stack([decode(self.split.path(place), INDEXED_SIZE) for place in places])


def open_pictures(folder: Path, sha256: str | None = None) -> Pictures:
    """Return the pictures of the dataset prepared in `folder`, its content held against `sha256`.

    Raises:
        DatasetError: the folder holds no prepared dataset, or not the one that has the sha256.
    """
    indexed = (folder / SPLITS[0] / INDEX_FILES[0]).is_file()
    train, _, found = (load_index if indexed else load_dataset)(folder, sha256)
    return Pictures(train, found)
