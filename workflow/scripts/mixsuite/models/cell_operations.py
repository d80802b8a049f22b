"""The operations of DARTS' search space, from a hidden state (B, C, H, W) to one with as many channels.

Read in quark0/darts (cnn/model.py, model_search.py) and in reimplementations of its cnn/operations.py. With `affine`
batch normalisation has scales and shifts, as in evaluation networks; a search has none.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from mixsuite.models.residual import convolution


class FactorizedReduce(nn.Module):
    """ReLU, then two 1×1 convolutions of stride 2, the second one pixel off in both directions, side by side, and BN.

    Height and width must be even: on an odd side the two halves would differ in size.
    """

    def __init__(self, in_channels: int, out_channels: int, affine: bool) -> None:
        super().__init__()
        self.even = convolution(in_channels, out_channels // 2, size=1, stride=2)
        self.odd = convolution(in_channels, out_channels - out_channels // 2, size=1, stride=2)
        self.norm = nn.BatchNorm2d(out_channels, affine=affine)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return (B, out_channels, H / 2, W / 2) for a hidden state (B, in_channels, H, W)."""
        hidden = hidden.relu()
        return self.norm(torch.cat([self.even(hidden), self.odd(hidden[:, :, 1:, 1:])], dim=1))


def relu_convolution_norm(in_channels: int, out_channels: int, affine: bool) -> nn.Sequential:
    """Return ReLU, a 1×1 convolution and batch normalisation: what a cell does first with each of its inputs."""
    return nn.Sequential(
        nn.ReLU(), convolution(in_channels, out_channels, size=1), nn.BatchNorm2d(out_channels, affine=affine)
    )


def build_operation(name: str, channels: int, stride: int, affine: bool) -> nn.Module:
    """Return the operation `name`, one of OPERATIONS but `none`, with stride 1 or 2. A KeyError if there is none."""
    return _BUILDERS[name](channels, stride, affine)


def _max_pool(channels: int, stride: int, affine: bool) -> nn.Module:
    return nn.MaxPool2d(3, stride, padding=1)


def _avg_pool(channels: int, stride: int, affine: bool) -> nn.Module:
    return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)


def _skip(channels: int, stride: int, affine: bool) -> nn.Module:
    return nn.Identity() if stride == 1 else FactorizedReduce(channels, channels, affine)


def _separable(channels: int, stride: int, affine: bool, size: int) -> nn.Module:
    return nn.Sequential(
        *_depthwise_then_pointwise(channels, stride, affine, size, dilation=1),
        *_depthwise_then_pointwise(channels, 1, affine, size, dilation=1),
    )


def _dilated(channels: int, stride: int, affine: bool, size: int) -> nn.Module:
    return nn.Sequential(*_depthwise_then_pointwise(channels, stride, affine, size, dilation=2))


def _depthwise_then_pointwise(
    channels: int, stride: int, affine: bool, size: int, dilation: int
) -> tuple[nn.Module, ...]:
    padding = dilation * (size // 2)
    return (
        nn.ReLU(),
        nn.Conv2d(channels, channels, size, stride, padding, dilation, groups=channels, bias=False),
        convolution(channels, channels, size=1),
        nn.BatchNorm2d(channels, affine=affine),
    )


_BUILDERS: dict[str, Callable[[int, int, bool], nn.Module]] = {
    "max_pool_3x3": _max_pool,
    "avg_pool_3x3": _avg_pool,
    "skip_connect": _skip,
    "sep_conv_3x3": lambda *given: _separable(*given, size=3),
    "sep_conv_5x5": lambda *given: _separable(*given, size=5),
    "dil_conv_3x3": lambda *given: _dilated(*given, size=3),
    "dil_conv_5x5": lambda *given: _dilated(*given, size=5),
}
