"""Wide residual networks for small images (Zagoruyko and Komodakis 2016), WRN-16-8 among them."""

from __future__ import annotations

from functools import partial

from torch import nn

from mixsuite.checks import SettingError, check_choice, check_count, check_fraction, check_switch
from mixsuite.models.residual import ResidualBlock, convolution, norm_relu
from mixsuite.models.staged import StagedNetwork, check_shape, make_stage


def build(
    *,
    n_classes: int,
    in_channels: int,
    image_size: int,
    depth: int,
    widen_factor: int,
    bias: bool = True,
    strided_convolution: int = 2,
    final_norm_momentum: float = 0.9,
) -> StagedNetwork:
    """Return the WRN-`depth`-`widen_factor` of snu-mllab/Co-Mixup (models/wide_resnet.py), without dropout.

    Its particulars are the defaults: convolutions with bias, the stride on each block's second convolution
    (`strided_convolution`, 1 or 2), momentum 0.9 in the last normalisation, a shortcut that takes the input as it is.
    Weights are torch's defaults, as there. WRN-16-8 has 11.012 M parameters with 100 classes.

    Raises:
        SettingError: depth not 6n + 4, or another setting out of range; images below 4×4.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=4)
    check_count("depth", depth, at_least=10)
    if (depth - 4) % 6:
        raise SettingError(f"depth: found {depth}, expected 6n + 4, as 10, 16, 28 or 40")
    check_count("widen_factor", widen_factor, at_least=1)
    check_switch("bias", bias)
    check_choice("strided_convolution", strided_convolution, (1, 2))
    check_fraction("final_norm_momentum", final_norm_momentum)
    make_block = partial(_block, bias=bias, strided_convolution=strided_convolution)
    narrow, wide = 16, 16 * widen_factor
    n_blocks = (depth - 4) // 6
    return StagedNetwork(
        stem=convolution(in_channels, narrow, bias=bias),
        stages=[
            make_stage(make_block, narrow, wide, n_blocks, stride=1),
            make_stage(make_block, wide, 2 * wide, n_blocks, stride=2),
            make_stage(make_block, 2 * wide, 4 * wide, n_blocks, stride=2),
        ],
        tail=nn.Sequential(nn.BatchNorm2d(4 * wide, momentum=final_norm_momentum), nn.ReLU(inplace=True)),
        n_features=4 * wide,
        n_classes=n_classes,
    )


def _block(in_channels: int, out_channels: int, stride: int, bias: bool, strided_convolution: int) -> ResidualBlock:
    strides = (stride, 1) if strided_convolution == 1 else (1, stride)
    residual = nn.Sequential(
        *norm_relu(in_channels),
        convolution(in_channels, out_channels, stride=strides[0], bias=bias),
        *norm_relu(out_channels),
        convolution(out_channels, out_channels, stride=strides[1], bias=bias),
    )
    if in_channels == out_channels and stride == 1:
        return ResidualBlock(residual)
    return ResidualBlock(residual, convolution(in_channels, out_channels, size=1, stride=stride, bias=bias))
