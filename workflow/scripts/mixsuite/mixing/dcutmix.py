"""DCutMix (jeong2021, Eqs 3 to 5 and the supplement's Algorithm 1): K images in nested boxes.

Two slips of Algorithm 1 are mended, as in the released code (clovaai/DCutMix, main.py): lines 5 and 18 cut later
patches from an already mixed batch, so that pixels and targets disagree, and with K = 2 the innermost image's target
(lines 24 to 27) is never added.
"""

from __future__ import annotations

import torch

from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix
from mixsuite.mixing.owner_map import compose, owners_by_boxes
from mixsuite.mixing.stick_breaking import nested_boxes


def build(*, images: int, alpha: float, probability: float) -> Mix:
    """Return the mix of `images` (K) images in proportions φ ~ Dir(α, ..., α), with φ and the boxes drawn per sample.

    One coin is thrown for a whole batch, as in the released code: with `probability` all of its samples are mixed, else
    none.

    Raises:
        SettingError: images below 2, alpha not above 0, probability outside 0 to 1.
    """
    check_proportions(alpha, probability, images)
    n_images = images

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch_size, _, height, width = images.shape
        partners = permuted_partners(n_images, batch_size, generator)
        phi = proportions(alpha, n_images, batch_size, probability, generator)
        boxes = nested_boxes(phi, height, width, generator)
        return compose(images, targets, owners_by_boxes(boxes, height, width), partners)

    return mix
