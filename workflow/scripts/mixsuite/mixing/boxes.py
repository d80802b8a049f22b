"""Axis-aligned boxes in whole pixels."""

from __future__ import annotations

from typing import NamedTuple

import torch


class Boxes(NamedTuple):
    """Half-open boxes [start, end) inside an image: int32 tensors (n_boxes, 2, B), vertical first, then horizontal.

    The boxes of a sample are nested, the first outermost. They may be empty.
    """

    start: torch.Tensor
    end: torch.Tensor


def innermost_box(boxes: Boxes, height: int, width: int) -> torch.Tensor:
    """Return (B, height, width), int32: the number (from 1) of the last box that holds the pixel, 0 outside all."""
    after = torch.arange(1, max(height, width) + 1, dtype=torch.int32, device=boxes.start.device)
    # 1 from the edge on, 0 before it: on a CPU differences clamped are quicker than comparisons.
    started, ended = ((after - edge[..., None]).clamp_(0, 1) for edge in boxes)
    # Nested boxes are nested on each axis, so the depth at a pixel is the smaller of its row's and its column's.
    row_depth, column_depth = started.sub_(ended).sum(dim=0, dtype=torch.int32)
    return torch.minimum(row_depth[:, :height, None], column_depth[:, None, :width])


def centred_boxes(
    side: torch.Tensor | float, height: int, width: int, batch_size: int, generator: torch.Generator
) -> Boxes:
    """Return one box per sample, centred on a pixel drawn uniformly from the whole image; see `boxes_around`."""
    return boxes_around(uniform_centres(height, width, batch_size, generator), side, height, width)


def uniform_centres(height: int, width: int, batch_size: int, generator: torch.Generator) -> torch.Tensor:
    """Return (2, batch_size), int32: a row and a column for each sample, uniform over the image."""
    options = {"generator": generator, "device": generator.device, "dtype": torch.int32}
    return torch.stack([torch.randint(length, (batch_size,), **options) for length in (height, width)])


def boxes_around(centre: torch.Tensor, side: torch.Tensor | float, height: int, width: int) -> Boxes:
    """Return one box per sample around `centre` (2, B), whole-pixel rows and columns, clipped at the border.

    `side` is the box's side as a fraction of the image's, a number or a tensor (1) or (B). The side in pixels is
    truncated, and the box reaches half of it, again truncated, to each side of the centre: an odd side loses a pixel
    (Yun et al. 2019, clovaai/CutMix-PyTorch, train.py).
    """
    # Filled, because a copy from the host would make it wait for the device.
    whole = torch.full((2, 1), height, dtype=torch.int32, device=centre.device)
    whole[1] = width
    half = (whole.double() * side).int() // 2
    start, end = (centre - half).clamp_(min=0), torch.minimum(centre + half, whole)
    return Boxes(start.int()[None], end.int()[None])
