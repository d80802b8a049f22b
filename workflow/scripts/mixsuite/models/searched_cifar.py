"""Networks of searched cells for small images, as DARTS and PC-DARTS train them on CIFAR."""

from __future__ import annotations

from typing import Any

from torch import nn

from mixsuite.checks import check_count
from mixsuite.models.genotype import parse_genotype
from mixsuite.models.residual import convolution
from mixsuite.models.searched import SearchedNetwork
from mixsuite.models.staged import check_shape

_STEM_MULTIPLIER = 3


def build(
    *,
    n_classes: int,
    in_channels: int,
    image_size: int,
    genotype: Any,
    channels: int = 36,
    cells: int = 20,
    auxiliary_weight: float = 0.4,
    drop_path: float = 0.3,
) -> SearchedNetwork:
    """Return the network of a `genotype` (see `mixsuite.models.genotype.parse_genotype`).

    Defaults and structure are those of quark0/darts (cnn/model.py, NetworkCIFAR) and yuhuixu1993/PC-DARTS (train.py):
    a 3×3 stem with three times the `channels`; `drop_path` is the probability at the end of the training. Weights are
    torch's defaults.

    Raises:
        SettingError: a setting out of range, a genotype of another form, an image side that is no multiple of 4.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=4)
    check_count("channels", channels, at_least=1)
    stem_channels = _STEM_MULTIPLIER * channels
    return SearchedNetwork(
        parse_genotype(genotype),
        [nn.Sequential(convolution(in_channels, stem_channels), nn.BatchNorm2d(stem_channels))],
        stem_channels,
        stem_stride=1,
        n_classes=n_classes,
        image_size=image_size,
        cells=cells,
        channels=channels,
        auxiliary_weight=auxiliary_weight,
        drop_path=drop_path,
    )
