"""Batches from images that lie on the device as bytes: gathered, augmented and normalised there, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mixsuite.data.arrays import ImageArrays
from mixsuite.data.augmentation import crop_and_flip
from mixsuite.data.batches import Batch, Hint
from mixsuite.processes import ALONE, Processes
from mixsuite.randomness import stream


@dataclass(frozen=True)
class ResidentImages:
    """A split on the device: `images` uint8 (N, C, H, W), `labels` int64 (N,); `mean` and `std` (C, 1, 1) of bytes.

    For training, images are cropped after zero `padding` (pixels on each side) and, with `flip`, half are mirrored.
    """

    images: torch.Tensor
    labels: torch.Tensor
    mean: torch.Tensor
    std: torch.Tensor
    padding: int = 0
    flip: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    def training_batches(
        self, batch_size: int, seed: int, epoch: int, hint: Hint | None = None, processes: Processes = ALONE
    ) -> Iterator[Batch]:
        """Yield one shuffled and augmented epoch; see `mixsuite.data.batches.Images`.

        All `processes` make the whole of each batch: they hold all images, and make them faster than they send them.
        """
        shuffling, augmentation = (
            stream(seed, purpose, epoch, device=self.labels.device) for purpose in ("shuffling", "augmentation")
        )
        order = torch.randperm(len(self), generator=shuffling, device=self.labels.device)
        for chosen in order.split(batch_size):
            pixels = self.images.index_select(0, chosen)
            if self.padding or self.flip:
                pixels = crop_and_flip(pixels, self.padding, self.flip, augmentation)
            hints = None if hint is None else hint(pixels.cpu()).to(pixels.device)
            yield Batch(self.normalise(pixels), self.labels[chosen], chosen, hints)

    def plain_batches(self, batch_size: int, processes: Processes = ALONE) -> Iterator[Batch]:
        """Yield this process's part of the split, in order; see `mixsuite.data.batches.Images`."""
        part = processes.part(len(self))
        places = torch.arange(part.start, part.stop, device=self.labels.device)
        for pixels, labels, index in zip(
            *(whole.split(batch_size) for whole in (self.images[part], self.labels[part], places)), strict=True
        ):
            if len(index):
                yield Batch(self.normalise(pixels), labels, index, None)

    def normalise(self, images: torch.Tensor) -> torch.Tensor:
        """Return uint8 `images` (B, C, H, W) as float32, the mean subtracted and divided by the standard deviation."""
        return images.float().sub_(self.mean).div_(self.std)


def to_device(
    split: ImageArrays,
    mean: Sequence[float],
    std: Sequence[float],
    device: torch.device,
    padding: int = 0,
    flip: bool = False,
) -> ResidentImages:
    """Return `split` resident on `device`, with the `mean` and `std` (per channel, in [0, 1]) to normalise by."""
    images = torch.from_numpy(np.array(split.images.transpose(0, 3, 1, 2), order="C"))
    labels = torch.from_numpy(np.array(split.labels))
    statistics = (torch.tensor(values, dtype=torch.float32).mul(255).view(-1, 1, 1) for values in (mean, std))
    return ResidentImages(
        images.to(device), labels.to(device), *(s.to(device) for s in statistics), padding=padding, flip=flip
    )
