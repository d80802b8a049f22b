"""CutMix with small boxes: mild, for a network that shall not be confused all at once."""

from __future__ import annotations

import math

import torch

from mixsuite.checks import check_fraction
from mixsuite.mixing.boxes import Boxes, uniform_centres
from mixsuite.mixing.cutmix import paste_one_box
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix


def build(*, alpha: float, probability: float, largest: float) -> Mix:
    """Return CutMix with a box of the area (1 - λ) largest, λ ~ Beta(α, α); see `small_box`.

    A batch is mixed with `probability`, else left as it is.

    Raises:
        SettingError: alpha not above 0, probability or largest outside 0 to 1.
    """
    check_proportions(alpha, probability)
    check_fraction("largest", largest)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        partners = permuted_partners(2, len(images), generator)
        _, cut = proportions(alpha, 2, 1, probability, generator)
        return paste_one_box(images, targets, partners, small_box(cut, largest, *images.shape[2:], generator))

    return mix


def small_box(cut: torch.Tensor, largest: float, height: int, width: int, generator: torch.Generator) -> Boxes:
    """Return one box of the share cut (1) · largest of the image around a uniform centre, clipped at the border.

    Its sides are rounded to the nearest pixel, but to no more than `largest` allows. CutMix's own boxes, whose sides
    are truncated twice, would stay far below it in small images: 2 x 2 pixels instead of 4 x 4 for a quarter of 8 x 8.
    """
    centre = uniform_centres(height, width, 1, generator)
    edges = [_edges(place, cut, largest, length) for place, length in zip(centre, (height, width), strict=True)]
    start, end = (torch.stack(edge)[None] for edge in zip(*edges, strict=True))
    return Boxes(start, end)


def _edges(centre: torch.Tensor, cut: torch.Tensor, largest: float, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    full = length * math.sqrt(largest)
    # A product that is whole but for its last bits is whole.
    side = (cut.sqrt() * full).round().clamp(max=math.floor(full + 1e-9)).int()
    start = centre - side // 2
    return start.clamp(min=0), (start + side).clamp(max=length)
