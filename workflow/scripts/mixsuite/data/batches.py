"""What every source of images gives the training loop: batches, augmented and normalised, on the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import torch

from mixsuite.processes import ALONE, Processes

Hint = Callable[[torch.Tensor], torch.Tensor]
"""What a mix must know of the raw pixels: uint8 (B, C, H, W) on the CPU, cropped and flipped -> a tensor (B, ...)."""


class Batch(NamedTuple):
    """A batch on the device; `index` is the place of each image in its split, `hints` what a hint says of it.

    images: float32 (B, C, H, W), normalised. labels, index: int64 (B,). hints: (B, ...), None where none was asked for.
    """

    images: torch.Tensor
    labels: torch.Tensor
    index: torch.Tensor
    hints: torch.Tensor | None


class Images(Protocol):
    """One split on one device, ready to train or to test on."""

    def __len__(self) -> int:
        """Return the number of images."""
        ...

    def training_batches(
        self, batch_size: int, seed: int, epoch: int, hint: Hint | None = None, processes: Processes = ALONE
    ) -> Iterator[Batch]:
        """Yield the epoch number `epoch` (from 0): every image once, shuffled and augmented as `seed` has it.

        All `processes` get the whole of each batch, the same to the last bit; the last batch holds what remains.
        """
        ...

    def plain_batches(self, batch_size: int, processes: Processes = ALONE) -> Iterator[Batch]:
        """Yield this process's part of the split, in order, without augmentation."""
        ...
