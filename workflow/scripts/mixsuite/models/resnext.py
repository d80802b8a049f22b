"""ResNeXt for small images (Xie et al. 2017), ResNeXt-29 4×24d among them."""

from __future__ import annotations

from functools import partial

from torch import nn

from mixsuite.checks import SettingError, check_count
from mixsuite.models.initialisation import he_fan_out
from mixsuite.models.residual import ResidualBlock, convolution, norm_relu, projection_shortcut
from mixsuite.models.staged import StagedNetwork, check_shape, make_stage

EXPANSION = 4


def build(
    *, n_classes: int, in_channels: int, image_size: int, depth: int, cardinality: int, base_width: int
) -> StagedNetwork:
    """Return the ResNeXt-`depth` `cardinality`×`base_width`d of snu-mllab/Co-Mixup (models/resnext.py).

    Blocks are of type C: 1×1, grouped 3×3 and 1×1 convolutions. Convolutions start from N(0, 2 / (size² ·
    out_channels)), the classifier from N(0, 2 / n_features) with zero bias, as there. ResNeXt-29 4×24d has 4.937 M
    parameters with 100 classes.

    Raises:
        SettingError: depth not 9n + 2, cardinality or base_width below 1, images below 4×4.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=4)
    check_count("depth", depth, at_least=11)
    if (depth - 2) % 9:
        raise SettingError(f"depth: found {depth}, expected 9n + 2, as 29, 38 or 47")
    check_count("cardinality", cardinality, at_least=1)
    check_count("base_width", base_width, at_least=1)
    make_block = partial(_block, cardinality=cardinality, base_width=base_width)
    stages, channels = [], 64
    for planes, stride in ((64, 1), (128, 2), (256, 2)):
        stages.append(make_stage(make_block, channels, EXPANSION * planes, (depth - 2) // 9, stride))
        channels = EXPANSION * planes
    stem = nn.Sequential(convolution(in_channels, 64), *norm_relu(64))
    network = StagedNetwork(stem, stages, nn.Identity(), channels, n_classes).apply(he_fan_out)
    nn.init.kaiming_normal_(network.classifier.weight)
    nn.init.zeros_(network.classifier.bias)
    return network


def _block(in_channels: int, out_channels: int, stride: int, cardinality: int, base_width: int) -> ResidualBlock:
    inner = cardinality * (out_channels // EXPANSION * base_width // 64)
    residual = nn.Sequential(
        convolution(in_channels, inner, size=1),
        *norm_relu(inner),
        convolution(inner, inner, stride=stride, groups=cardinality),
        *norm_relu(inner),
        convolution(inner, out_channels, size=1),
        nn.BatchNorm2d(out_channels),
    )
    return ResidualBlock(residual, projection_shortcut(in_channels, out_channels, stride), nn.ReLU(inplace=True))
