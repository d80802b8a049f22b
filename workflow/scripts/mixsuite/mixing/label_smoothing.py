"""Label smoothing (Szegedy et al. 2016, section 7): images stay, targets are drawn towards the uniform distribution."""

from __future__ import annotations

import torch

from mixsuite.checks import check_fraction
from mixsuite.mixing.mix import Mix


def build(*, epsilon: float) -> Mix:
    """Return the mix that spreads the share `epsilon` (ε) of each target evenly over all classes.

    Raises:
        SettingError: epsilon outside 0 to 1.
    """
    check_fraction("epsilon", epsilon)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return images, targets * (1.0 - epsilon) + epsilon / targets.shape[1]

    return mix
