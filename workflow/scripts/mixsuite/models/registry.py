"""From a model's settings to the network that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from mixsuite.builders import build_by_name


def build_model(model: Mapping[str, Any], n_classes: int, in_channels: int, image_size: int) -> nn.Module:
    """Return the network of `model`: {"family": NAME, **settings} for the module `mixsuite.models.NAME`.

    It takes images (B, in_channels, image_size, image_size) and gives logits (B, n_classes). Its weights are drawn
    from torch's global generator: seed it before.

    Raises:
        SettingError: unknown family; unknown, missing or refused setting; images too small for the network.
    """
    given = {"n_classes": n_classes, "in_channels": in_channels, "image_size": image_size}
    return build_by_name("mixsuite.models", "network", "family", model, **given)
