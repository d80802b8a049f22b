"""Cutout (DeVries and Taylor 2017): a square of each image is set to zero, its target stays.

The square's pixels are owned by nobody, so that there is no partner to take them from and no area to count.
"""

from __future__ import annotations

import torch

from mixsuite.checks import check_fraction
from mixsuite.mixing.boxes import centred_boxes, innermost_box
from mixsuite.mixing.mix import Mix


def build(*, length: float) -> Mix:
    """Return the mix that blanks, in every sample, a box of side `length`, a fraction of the image's side.

    0.5 is 16 of 32 pixels. The centre is uniform over the image and the box is clipped at the border. Zero is the mean
    colour, because images come normalised.

    Raises:
        SettingError: length outside 0 to 1.
    """
    check_fraction("length", length)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch_size, _, height, width = images.shape
        boxes = centred_boxes(length, height, width, batch_size, generator)
        blank = innermost_box(boxes, height, width) > 0
        return images.masked_fill(blank[:, None], 0.0), targets

    return mix
