"""PreActResNet-18 and -34 for small images, as Puzzle Mix, Co-Mixup and jeong2021 (Table 2) use them."""

from __future__ import annotations

from torch import nn

from mixsuite.checks import check_choice, check_count, check_switch
from mixsuite.models.residual import BASIC_BLOCKS, convolution, norm_relu, preactivation_block
from mixsuite.models.staged import StagedNetwork, check_shape, make_doubling_stages


def build(
    *, n_classes: int, in_channels: int, image_size: int, depth: int, width: int = 64, final_norm: bool = False
) -> StagedNetwork:
    """Return the network of snu-mllab/Co-Mixup (models/preresnet.py): four stages of width, 2, 4 and 8 times width.

    Unlike He et al.'s (2016), it pools the last block's output without normalisation and ReLU; `final_norm` adds them.
    Weights are torch's defaults, as there. PreActResNet-18 has 11.217 M parameters with 100 classes.

    Raises:
        SettingError: depth not in BASIC_BLOCKS, width below 1, final_norm not a bool, images below 8×8.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=8)
    check_choice("depth", depth, BASIC_BLOCKS)
    check_count("width", width, at_least=1)
    check_switch("final_norm", final_norm)
    stages = make_doubling_stages(preactivation_block, width, BASIC_BLOCKS[depth])
    n_features = 8 * width
    return StagedNetwork(
        stem=convolution(in_channels, width),
        stages=stages,
        tail=nn.Sequential(*norm_relu(n_features)) if final_norm else nn.Identity(),
        n_features=n_features,
        n_classes=n_classes,
    )
