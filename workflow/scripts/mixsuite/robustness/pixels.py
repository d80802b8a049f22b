"""Images as pixels in [0, 1] on a device, batch by batch: of prepared arrays, of indexed files, of plain folders."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays, load_split
from mixsuite.data.errors import DatasetError
from mixsuite.training.trained import Trained

BATCH_SIZE = 250


class Pixels(Protocol):
    """Images with labels.

    `description` has `classes`, in which a label is a place, `sha256` of their content, `source`: what they are.
    """

    @property
    def description(self) -> Mapping[str, Any]:
        """What is known of the images."""
        ...

    def __len__(self) -> int:
        """Return the number of images."""
        ...

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield pixels float32 (B, C, H, W), multiples of 1/255 in [0, 1], and labels int64 (B,), in order."""
        ...


@dataclass(frozen=True, eq=False)
class ArrayPixels:
    """Images of one size in an array that may be larger than memory: no more than a batch is taken from the disk."""

    split: ImageArrays
    device: torch.device

    def __len__(self) -> int:
        return len(self.split.labels)

    @property
    def description(self) -> Mapping[str, Any]:
        """What its dataset.json says."""
        return self.split.description

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield pixels and labels; see Pixels."""
        for start in range(0, len(self), BATCH_SIZE):
            part = slice(start, start + BATCH_SIZE)
            images = torch.tensor(self.split.images[part]).to(self.device)
            labels = torch.tensor(self.split.labels[part]).to(self.device)
            yield images.permute(0, 3, 1, 2).float().div_(255), labels


def split_pixels(split: Any, trained: Trained, device: torch.device, workers: int) -> Pixels:
    """Return the images of `split`, ImageArrays or an ImageIndex, as `trained` is tested on them."""
    if isinstance(split, ImageArrays):
        return ArrayPixels(split, device)
    # Loaded by name: the code for large images is no part of an evaluation on small ones.
    return importlib.import_module("mixsuite.robustness.indexed_pixels").index_pixels(split, trained, device, workers)


def open_pixels(folder: Path, trained: Trained, device: torch.device, workers: int) -> Pixels:
    """Return the images in `folder`: one split of prepared arrays, or class folders with image files as ImageNet-A's.

    Raises:
        DatasetError: there is no such folder, it is neither, it is damaged, or its images have another shape than those
            that `trained` takes.
        SettingError: it holds image files, but `trained` was trained on images of one small size.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder, expected images.npy or a folder per class")
    if not (folder / "images.npy").exists():
        if trained.run["specification"]["schedule"]["resized_crop"] is None:
            raise SettingError(f"{folder}: found no images.npy, expected it for a network of small images")
        indexed = importlib.import_module("mixsuite.robustness.indexed_pixels")
        return indexed.folder_pixels(folder, trained, device, workers)
    split = load_split(folder)
    expected = (trained.image_size, trained.image_size, len(trained.mean))
    if split.images.shape[1:] != expected:
        raise DatasetError(f"{folder}: found images of shape {split.images.shape[1:]}, expected {expected}")
    return ArrayPixels(split, device)
