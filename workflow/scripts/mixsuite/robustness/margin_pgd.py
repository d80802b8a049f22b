"""PGD on the margin of the logits, from several random starts: a stronger check of what withstands FGSM or PGD."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.checks import check_count
from mixsuite.robustness.ascent import Attack, ascend, margin, random_start, to_pixels


def build(*, std: torch.Tensor, epsilon: float, step_size: float, steps: int, restarts: int, space: str) -> Attack:
    """Return the attack that tries `restarts` random starts, each as PGD does but on the margin, until one succeeds.

    `epsilon` and `step_size` are in 1/255 of the `space` (see SPACES). Only images whose class the network still tells
    are tried again. An image that withstands all comes back as the last attempt left it.

    Raises:
        SettingError: epsilon or step_size not above 0, steps or restarts below 1, another space.
    """
    radius = to_pixels("epsilon", epsilon, space, std)
    step = to_pixels("step_size", step_size, space, std)
    check_count("steps", steps, at_least=1)
    check_count("restarts", restarts, at_least=1)

    def attack(
        model: nn.Module, pixels: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        reached = pixels.clone()
        standing = torch.arange(len(pixels), device=pixels.device)
        for _ in range(restarts):
            images, own = pixels[standing], labels[standing]
            start = random_start(images, radius, generator)
            reached[standing] = ascend(model, images, own, start, radius, step, steps, margin)
            with torch.no_grad():
                standing = standing[model(reached[standing]).argmax(dim=1) == own]
            if not len(standing):
                break
        return reached

    return Attack(radius, attack)
