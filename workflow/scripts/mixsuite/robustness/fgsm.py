"""FGSM (Goodfellow, Shlens and Szegedy 2014): one step of the full radius."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.robustness.ascent import Attack, ascend, cross_entropy, to_pixels


def build(*, std: torch.Tensor, epsilon: float, space: str) -> Attack:
    """Return the attack clip(x + ε sign(∇_x cross-entropy)); `epsilon` in 1/255 of the `space` (see SPACES).

    Raises:
        SettingError: epsilon not above 0, another space.
    """
    radius = to_pixels("epsilon", epsilon, space, std)

    def attack(
        model: nn.Module, pixels: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        return ascend(model, pixels, labels, pixels, radius, radius, 1, cross_entropy)

    return Attack(radius, attack)
