"""From a recipe to the mixing method that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from mixsuite.builders import build_by_name
from mixsuite.checks import SettingError
from mixsuite.mixing.mix import HintedMix, Mix, checked
from mixsuite.models.staged import StagedNetwork


def build_mix(
    recipe: Mapping[str, Any],
    network: StagedNetwork | None = None,
    std: torch.Tensor | None = None,
    loss: str = "cross_entropy",
) -> Mix | HintedMix:
    """Return the mix of `recipe`: {"method": NAME, **settings} for the module `mixsuite.mixing.NAME`.

    `network` is the one in training: some methods need it, and may add layers to it. These act in evaluation, too: to
    evaluate saved weights, call this with the network that they are loaded into. `std` (C, 1, 1) is what images are
    divided by after a mean is taken off, with pixels in 0 to 1; some methods need that. `loss` names what mixed
    batches are trained with, "cross_entropy" or "binary_cross_entropy"; methods with a loss of their own follow it.

    Raises:
        SettingError: unknown method; unknown, missing or refused setting; a network, std or loss that does not do. The
            mix raises it for a batch that is none (see `mixsuite.mixing.mix.checked`).
    """
    if std is not None:
        _check_std(std)
    given = {key: value for key, value in {"network": network, "std": std, "loss": loss}.items() if value is not None}
    return checked(build_by_name("mixsuite.mixing", "mixing method", "method", recipe, **given))


def _check_std(std: torch.Tensor) -> None:
    if not isinstance(std, torch.Tensor):
        raise SettingError(f"std: found {std!r}, expected a tensor of shape (C, 1, 1)")
    if std.ndim != 3 or std.shape[1:] != (1, 1):
        raise SettingError(f"std: found a tensor of shape {tuple(std.shape)}, expected (C, 1, 1)")
