"""Residual blocks."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.checks import SettingError

BASIC_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}
"""The basic blocks in each stage of ResNet-18 and ResNet-34 (He et al. 2016, Deep residual learning, Table 1)."""


class ResidualBlock(nn.Module):
    """activation(shortcut(x) + residual(x)).

    `residual` is a Sequential: a layer appended to it, such as stochastic depth, acts on what is added to the shortcut.
    """

    def __init__(
        self, residual: nn.Sequential, shortcut: nn.Module | None = None, activation: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.residual = residual
        self.shortcut = shortcut or nn.Identity()
        self.activation = activation or nn.Identity()

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the block's output for a hidden state (B, C, H, W)."""
        return self.activation(self.shortcut(hidden) + self.residual(hidden))


def residual_blocks(network: nn.Module) -> list[ResidualBlock]:
    """Return the residual blocks of `network` or of a part of it, those nearest to the input first.

    Raises:
        SettingError: there are none, as in the networks that torchvision makes.
    """
    blocks = [part for part in network.modules() if isinstance(part, ResidualBlock)]
    if not blocks:
        raise SettingError("network: found no residual blocks of this suite's own, expected another family of networks")
    return blocks


def convolution(
    in_channels: int, out_channels: int, size: int = 3, stride: int = 1, groups: int = 1, bias: bool = False
) -> nn.Conv2d:
    """Return a size×size convolution that keeps height and width, but for the stride."""
    return nn.Conv2d(in_channels, out_channels, size, stride, padding=size // 2, groups=groups, bias=bias)


def norm_relu(channels: int) -> tuple[nn.BatchNorm2d, nn.ReLU]:
    """Return batch normalisation and ReLU, in this order."""
    return nn.BatchNorm2d(channels), nn.ReLU(inplace=True)


def projection_shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """Return a 1×1 convolution and batch normalisation where a block changes the shape, else None: the input as is."""
    if in_channels == out_channels and stride == 1:
        return None
    projection = convolution(in_channels, out_channels, size=1, stride=stride)
    return nn.Sequential(projection, nn.BatchNorm2d(out_channels))


def preactivation_block(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Return a basic pre-activation block (He et al. 2016, Identity mappings): BN, ReLU, 3×3, BN, ReLU, 3×3.

    Where the shape changes, the shortcut is a 1×1 convolution of the activated input, which both branches share
    (snu-mllab/Co-Mixup, models/preresnet.py).
    """
    convolutions = [
        convolution(in_channels, out_channels, stride=stride),
        *norm_relu(out_channels),
        convolution(out_channels, out_channels),
    ]
    if in_channels == out_channels and stride == 1:
        return ResidualBlock(nn.Sequential(*norm_relu(in_channels), *convolutions))
    projection = convolution(in_channels, out_channels, size=1, stride=stride)
    return nn.Sequential(*norm_relu(in_channels), ResidualBlock(nn.Sequential(*convolutions), projection))
