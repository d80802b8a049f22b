"""PGD (Madry et al. 2017): projected gradient ascent of the cross-entropy."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.checks import check_choice, check_count
from mixsuite.robustness import ascent
from mixsuite.robustness.ascent import Attack

STARTS = ("image", "random")


def build(*, std: torch.Tensor, epsilon: float, step_size: float, steps: int, start: str, space: str) -> Attack:
    """Return the attack of `steps` steps of `step_size` within `epsilon`, both in 1/255 of the `space` (see SPACES).

    It starts at the image itself, or at a point that is drawn uniformly within `epsilon` of it.

    Raises:
        SettingError: epsilon or step_size not above 0, steps below 1, another start, another space.
    """
    radius = ascent.to_pixels("epsilon", epsilon, space, std)
    step = ascent.to_pixels("step_size", step_size, space, std)
    check_count("steps", steps, at_least=1)
    check_choice("start", start, STARTS)

    def attack(
        model: nn.Module, pixels: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        first = pixels if start == "image" else ascent.random_start(pixels, radius, generator)
        return ascent.ascend(model, pixels, labels, first, radius, step, steps, ascent.cross_entropy)

    return Attack(radius, attack)
