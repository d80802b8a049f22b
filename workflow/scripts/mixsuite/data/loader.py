"""Batches from images that lie on the device as bytes: gathered, augmented and normalised there, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mixsuite.data.arrays import ImageArrays
from mixsuite.data.augmentation import crop_and_flip

Batches = Iterator[tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class ResidentImages:
    """A split on the device: `images` uint8 (N, C, H, W), `labels` int64 (N,); `mean` and `std` (C, 1, 1) of bytes."""

    images: torch.Tensor
    labels: torch.Tensor
    mean: torch.Tensor
    std: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def normalise(self, images: torch.Tensor) -> torch.Tensor:
        """Return uint8 `images` (B, C, H, W) as float32, the mean subtracted and divided by the standard deviation."""
        return images.float().sub_(self.mean).div_(self.std)


def to_device(split: ImageArrays, mean: Sequence[float], std: Sequence[float], device: torch.device) -> ResidentImages:
    """Return `split` resident on `device`, with the `mean` and `std` (per channel, in [0, 1]) to normalise by."""
    images = torch.from_numpy(np.array(split.images.transpose(0, 3, 1, 2), order="C"))
    statistics = (torch.tensor(values, dtype=torch.float32).mul(255).view(-1, 1, 1) for values in (mean, std))
    return ResidentImages(
        images.to(device), torch.from_numpy(np.array(split.labels)).to(device), *(s.to(device) for s in statistics)
    )


def training_batches(
    data: ResidentImages,
    batch_size: int,
    padding: int,
    flip: bool,
    shuffling: torch.Generator,
    augmentation: torch.Generator,
) -> Batches:
    """Yield one epoch: normalised images float32 (B, C, H, W) and labels (B,), shuffled, cropped, flipped.

    The last batch holds what remains and may be smaller, as a DataLoader's does by default. Both generators live on
    the data's device.
    """
    order = torch.randperm(len(data), generator=shuffling, device=data.labels.device)
    for chosen in order.split(batch_size):
        images = data.images.index_select(0, chosen)
        if padding or flip:
            images = crop_and_flip(images, padding, flip, augmentation)
        yield data.normalise(images), data.labels[chosen]


def plain_batches(data: ResidentImages, batch_size: int) -> Batches:
    """Yield the normalised images float32 (B, C, H, W) and labels (B,) in their order, without augmentation."""
    for images, labels in zip(data.images.split(batch_size), data.labels.split(batch_size), strict=True):
        yield data.normalise(images), labels
