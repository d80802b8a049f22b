"""CutMix with small boxes: mild, for a network that shall not be confused all at once."""

from __future__ import annotations

import torch

from mixsuite.checks import check_fraction
from mixsuite.mixing.cutmix import paste_one_box
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix


def build(*, alpha: float, probability: float, largest: float) -> Mix:
    """Return CutMix whose box has `largest` times the area that CutMix's has: (1 - λ) largest, with λ ~ Beta(α, α).

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
        return paste_one_box(images, targets, partners, largest * cut, generator)

    return mix
