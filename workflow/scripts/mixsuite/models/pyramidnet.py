"""PyramidNet for small images (Han, Kim and Kim 2017): the number of channels grows a little with every block."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from mixsuite.checks import SettingError, check_count, check_positive, check_switch
from mixsuite.models.initialisation import he_fan_out
from mixsuite.models.residual import ResidualBlock, convolution, norm_relu
from mixsuite.models.staged import StagedNetwork, check_shape

STEM_CHANNELS = 16
BOTTLENECK_EXPANSION = 4


class ZeroPaddedShortcut(nn.Module):
    """A shortcut without parameters: average pooling where there is a stride, and zeros for the channels that are new.

    The last row and column of an odd side are pooled alone, so that the size is that of a strided 3×3 convolution.
    """

    def __init__(self, new_channels: int, stride: int) -> None:
        super().__init__()
        self.new_channels = new_channels
        self.pool = nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity()

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the hidden state (B, C, H, W) with new_channels more channels."""
        return functional.pad(self.pool(hidden), (0, 0, 0, 0, 0, self.new_channels))


def build(
    *, n_classes: int, in_channels: int, image_size: int, depth: int, alpha: float, bottleneck: bool = True
) -> StagedNetwork:
    """Return the additive PyramidNet-`depth` with widening factor `alpha` (α̃), as in clovaai/CutMix-PyTorch.

    Block i of all n has round(16 + i α̃ / n) channels, four times as many at the end of a bottleneck. There is no ReLU
    before a block's first convolution and a normalisation after its last. Convolutions start from N(0, 2 / (size² ·
    out_channels)), the classifier from torch's default. With 100 classes, PyramidNet-110 α̃ = 64 has 1.725 M and
    PyramidNet-200 α̃ = 240 has 26.845 M parameters, both with bottlenecks.

    Raises:
        SettingError: depth not 9n + 2 (6n + 2 without bottlenecks), alpha not above 0, images below 4×4.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=4)
    check_count("depth", depth, at_least=8)
    check_positive("alpha", alpha)
    check_switch("bottleneck", bottleneck)
    layers_per_round = 9 if bottleneck else 6
    if (depth - 2) % layers_per_round:
        raise SettingError(f"depth: found {depth}, expected {layers_per_round}n + 2 (bottleneck: {bottleneck})")
    per_stage = (depth - 2) // layers_per_round
    make_block, expansion = (_bottleneck_block, BOTTLENECK_EXPANSION) if bottleneck else (_basic_block, 1)
    blocks, channels = [], STEM_CHANNELS
    for index in range(3 * per_stage):
        planes = round(STEM_CHANNELS + alpha * (index + 1) / (3 * per_stage))
        blocks.append(make_block(channels, planes, stride=2 if index in (per_stage, 2 * per_stage) else 1))
        channels = expansion * planes
    return StagedNetwork(
        stem=nn.Sequential(convolution(in_channels, STEM_CHANNELS), nn.BatchNorm2d(STEM_CHANNELS)),
        stages=[nn.Sequential(*blocks[start : start + per_stage]) for start in range(0, len(blocks), per_stage)],
        tail=nn.Sequential(*norm_relu(channels)),
        n_features=channels,
        n_classes=n_classes,
    ).apply(he_fan_out)


def _basic_block(in_channels: int, planes: int, stride: int) -> ResidualBlock:
    residual = nn.Sequential(
        nn.BatchNorm2d(in_channels),
        convolution(in_channels, planes, stride=stride),
        *norm_relu(planes),
        convolution(planes, planes),
        nn.BatchNorm2d(planes),
    )
    return ResidualBlock(residual, ZeroPaddedShortcut(planes - in_channels, stride))


def _bottleneck_block(in_channels: int, planes: int, stride: int) -> ResidualBlock:
    out_channels = BOTTLENECK_EXPANSION * planes
    residual = nn.Sequential(
        nn.BatchNorm2d(in_channels),
        convolution(in_channels, planes, size=1),
        *norm_relu(planes),
        convolution(planes, planes, stride=stride),
        *norm_relu(planes),
        convolution(planes, out_channels, size=1),
        nn.BatchNorm2d(out_channels),
    )
    return ResidualBlock(residual, ZeroPaddedShortcut(out_channels - in_channels, stride))
