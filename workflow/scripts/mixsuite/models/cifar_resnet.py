"""ResNet-18 and -34 with a stem for small images, as oh2024 trains ResNet-18 on CIFAR-10."""

from __future__ import annotations

from torch import nn

from mixsuite.checks import check_choice, check_count
from mixsuite.models.residual import BASIC_BLOCKS, ResidualBlock, convolution, norm_relu, projection_shortcut
from mixsuite.models.staged import StagedNetwork, check_shape, make_doubling_stages


def build(*, n_classes: int, in_channels: int, image_size: int, depth: int, width: int = 64) -> StagedNetwork:
    """Return ResNet-`depth` (He et al. 2016) whose stem is a 3×3 convolution of stride 1, without pooling.

    Four stages have `width`, 2, 4 and 8 times `width` channels. Weights are torch's defaults, as in
    kuangliu/pytorch-cifar (models/resnet.py). ResNet-18 has 11.174 M parameters with 10 classes.

    Raises:
        SettingError: depth not in BASIC_BLOCKS, width below 1, images below 8×8.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=8)
    check_choice("depth", depth, BASIC_BLOCKS)
    check_count("width", width, at_least=1)
    return StagedNetwork(
        stem=nn.Sequential(convolution(in_channels, width), *norm_relu(width)),
        stages=make_doubling_stages(_block, width, BASIC_BLOCKS[depth]),
        tail=nn.Identity(),
        n_features=8 * width,
        n_classes=n_classes,
    )


def _block(in_channels: int, out_channels: int, stride: int) -> ResidualBlock:
    residual = nn.Sequential(
        convolution(in_channels, out_channels, stride=stride),
        *norm_relu(out_channels),
        convolution(out_channels, out_channels),
        nn.BatchNorm2d(out_channels),
    )
    return ResidualBlock(residual, projection_shortcut(in_channels, out_channels, stride), nn.ReLU(inplace=True))
