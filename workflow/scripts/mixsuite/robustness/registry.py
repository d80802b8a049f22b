"""From an attack's settings to the attack that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from mixsuite.builders import build_by_name
from mixsuite.robustness.ascent import Attack


def build_attack(attack: Mapping[str, Any], std: torch.Tensor) -> Attack:
    """Return the attack of `attack`: {"method": NAME, **settings} for the module `mixsuite.robustness.NAME`.

    `std` (C, 1, 1) is what the attacked network divides pixels in [0, 1] by, on its device.

    Raises:
        SettingError: unknown method; unknown, missing or refused setting.
    """
    return build_by_name("mixsuite.robustness", "attack", "method", attack, std=std)
