"""A small pre-activation residual network for images of 8×8 to 32×32 pixels: the demo scale's stand-in."""

from __future__ import annotations

from torch import nn

from mixsuite.checks import check_count
from mixsuite.models.residual import convolution, norm_relu, preactivation_block
from mixsuite.models.staged import StagedNetwork, check_shape, make_stage


def build(*, n_classes: int, in_channels: int, image_size: int, width: int, blocks: int) -> StagedNetwork:
    """Return a network of two stages with `blocks` blocks each, `width` channels and then twice as many.

    The stem has stride 2: most of the time of a step on a CPU would else go into its first, finest stage. Weights are
    torch's defaults.

    Raises:
        SettingError: width or blocks below 1, images below 4×4.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=4)
    check_count("width", width, at_least=1)
    check_count("blocks", blocks, at_least=1)
    return StagedNetwork(
        stem=convolution(in_channels, width, stride=2),
        stages=[
            make_stage(preactivation_block, width, width, blocks, stride=1),
            make_stage(preactivation_block, width, 2 * width, blocks, stride=2),
        ],
        tail=nn.Sequential(*norm_relu(2 * width)),
        n_features=2 * width,
        n_classes=n_classes,
    )
