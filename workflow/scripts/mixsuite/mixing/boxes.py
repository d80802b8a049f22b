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
    """Return one box per sample, centred on a pixel drawn uniformly from the whole image, clipped at the border.

    `side` is the box's side as a fraction of the image's, a number or a tensor (batch_size). The side in pixels is
    truncated, and the box reaches half of it, again truncated, to each side of the centre: an odd side loses a pixel
    (Yun et al. 2019, clovaai/CutMix-PyTorch, train.py).
    """
    device = generator.device
    starts, ends = [], []
    for length in (height, width):
        centre = torch.randint(length, (batch_size,), generator=generator, device=device, dtype=torch.int32)
        in_pixels = torch.full((batch_size,), float(length), dtype=torch.float64, device=device) * side
        half = in_pixels.int() // 2
        starts.append((centre - half).clamp(min=0))
        ends.append((centre + half).clamp(max=length))
    return Boxes(torch.stack(starts)[None], torch.stack(ends)[None])
