"""Initial weights that differ from torch's defaults."""

from __future__ import annotations

from torch import nn


def he_fan_out(module: nn.Module) -> None:
    """Draw a convolution's weights from N(0, 2 / (size² · out_channels)); for `network.apply`."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
