"""Composing images from a map of owners: which of K source images each pixel is taken from.

CutMix, DCutMix and their kin differ only in how they draw the map. In Cutout some pixels are owned by nobody, and no
other image is needed: see `mixsuite.mixing.cutout`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from mixsuite.mixing.blend import blend
from mixsuite.mixing.boxes import Boxes, innermost_box


class OwnerMap(NamedTuple):
    """Who owns each pixel, and how much each owns.

    owner: (B, H, W), int32 in 0..K-1.
    shares: (K, B), float64: the number of pixels that the k-th image owns, divided by H · W.
    """

    owner: torch.Tensor
    shares: torch.Tensor


def owners_by_boxes(boxes: Boxes, height: int, width: int) -> OwnerMap:
    """Return the map in which image k > 0 owns box k but for what the next box covers, and image 0 the rest."""
    return OwnerMap(innermost_box(boxes, height, width), shares_of_boxes(boxes, height, width))


def shares_of_boxes(boxes: Boxes, height: int, width: int) -> torch.Tensor:
    """Return the shares of that map.

    They are counted from the boxes: exact, and without the passes over all pixels that take as long as composing them.
    """
    held = (boxes.end - boxes.start).prod(dim=1, dtype=torch.int32)
    owned = torch.cat([torch.full_like(held[:1], height * width), held])
    owned[:-1] -= held
    return owned.double() / (height * width)


def compose(
    images: torch.Tensor,
    targets: torch.Tensor,
    owners: OwnerMap,
    partners: torch.Tensor,
    offsets: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the composed images (B, C, H, W) and their targets (B, n_classes).

    Pixel (h, w) of sample b, owned by k, comes from images[partners[k, b]], at (h, w) moved by offsets[k, :, b]; the
    target of sample b is the mean of its sources' targets, weighted with what each owns. All pixels come from `images`
    as it came in: no patch contains an earlier patch.

    partners: (K, B), int64, with partners[0] the sample itself.
    offsets: (K, 2, B), int64, rows and columns; they lead no owned pixel out of its source. None moves nothing.
    """
    width = images.shape[3]
    shifts = torch.zeros_like(partners) if offsets is None else offsets[:, 0] * width + offsets[:, 1]
    return _gather_pixels(images, owners.owner, partners, shifts), blend(targets, owners.shares, partners)


def _gather_pixels(
    images: torch.Tensor, owner: torch.Tensor, partners: torch.Tensor, shifts: torch.Tensor
) -> torch.Tensor:
    batch_size, channels, height, width = images.shape
    plane, sample_size = height * width, channels * height * width
    # A flat index, of 32 bits where they suffice: on a CPU twice as fast as torch.gather along the batch.
    options = {"dtype": torch.int32 if images.numel() < 2**31 else torch.int64, "device": images.device}
    sample_start = (partners * sample_size + shifts).to(options["dtype"]).flatten()
    which_start = torch.add(torch.arange(batch_size, **options)[:, None], owner.flatten(1), alpha=batch_size)
    source_start = sample_start.index_select(0, which_start.flatten()).view(batch_size, 1, plane)
    index = source_start + torch.arange(sample_size, **options).view(channels, plane)
    return images.reshape(-1).index_select(0, index.flatten()).view(images.shape)
