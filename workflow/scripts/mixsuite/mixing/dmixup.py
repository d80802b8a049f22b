"""DMixup (jeong2021, Eq. 2): Mixup of K images with weights from a Dirichlet distribution."""

from __future__ import annotations

import torch

from mixsuite.mixing.blend import blend
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix


def build(*, images: int, alpha: float, probability: float) -> Mix:
    """Return the mix x = Σ_k φ_k x_k of `images` (K) images with φ ~ Dir(α, ..., α) per sample, and targets alike.

    A whole batch is mixed with `probability`, else left as it is, as in the released code (clovaai/DCutMix, main.py).

    Raises:
        SettingError: images below 2, alpha not above 0, probability outside 0 to 1.
    """
    check_proportions(alpha, probability, images)
    n_images = images

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        partners = permuted_partners(n_images, len(images), generator)
        phi = proportions(alpha, n_images, len(images), probability, generator)
        return blend(images, phi, partners), blend(targets, phi, partners)

    return mix
