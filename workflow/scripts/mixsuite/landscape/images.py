"""The images at which the loss is measured, held on the device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from mixsuite.checks import SettingError
from mixsuite.data.batches import Images
from mixsuite.models.layout import fastest_layout
from mixsuite.randomness import stream

_READING = 250


@dataclass(frozen=True)
class Labelled:
    """Normalised images (N, C, H, W) and their labels (N), on one device."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def batches(self, batch_size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield images and labels in order, `batch_size` at a time."""
        yield from zip(self.images.split(batch_size), self.labels.split(batch_size), strict=True)

    def sample(self, count: int | None, seed: int, purpose: str) -> Labelled:
        """Return `count` of the images, drawn without replacement as `seed` and `purpose` have it; None: all of them.

        Raises:
            SettingError: there are fewer; the message names the `purpose`.
        """
        if count is None:
            return self
        if count > len(self):
            raise SettingError(f"{purpose}: images: found {count}, expected at most the {len(self)} of the split")
        chosen = torch.randperm(len(self), generator=stream(seed, purpose, "images"))[:count].to(self.labels.device)
        return Labelled(self.images[chosen], self.labels[chosen])


def collect(split: Images) -> Labelled:
    """Return the whole `split`, without augmentation."""
    batches = [(batch.images, batch.labels) for batch in split.plain_batches(_READING)]
    images, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
    return Labelled(fastest_layout(images), labels)
