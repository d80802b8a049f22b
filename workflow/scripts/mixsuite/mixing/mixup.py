"""Mixup (Zhang et al. 2017): a convex combination of two images and of their targets."""

from __future__ import annotations

import torch

from mixsuite.mixing.blend import blend
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix


def build(*, alpha: float, probability: float) -> Mix:
    """Return the mix x = λ x_1 + (1 - λ) x_2 with λ ~ Beta(α, α), one λ and one permutation per batch.

    A batch is mixed with `probability`, else left as it is.

    Raises:
        SettingError: alpha not above 0, probability outside 0 to 1.
    """
    check_proportions(alpha, probability)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        partners = permuted_partners(2, len(images), generator)
        weights = proportions(alpha, 2, 1, probability, generator).expand_as(partners)
        return blend(images, weights, partners), blend(targets, weights, partners)

    return mix
