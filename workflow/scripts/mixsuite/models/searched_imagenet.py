"""Networks of searched cells for large images, as DARTS and PC-DARTS train them on ImageNet."""

from __future__ import annotations

from typing import Any

from torch import nn

from mixsuite.checks import check_count
from mixsuite.models.genotype import parse_genotype
from mixsuite.models.residual import convolution
from mixsuite.models.searched import SearchedNetwork
from mixsuite.models.staged import check_shape


def build(
    *,
    n_classes: int,
    in_channels: int,
    image_size: int,
    genotype: Any,
    channels: int = 48,
    cells: int = 14,
    auxiliary_weight: float = 0.4,
    drop_path: float = 0.0,
) -> SearchedNetwork:
    """Return the network of a `genotype` (see `mixsuite.models.genotype.parse_genotype`).

    Defaults and structure are those of quark0/darts (cnn/model.py, NetworkImageNet) and yuhuixu1993/PC-DARTS
    (train_imagenet.py): two stems, of which the first divides height and width by 4 and the second by 2; the first cell
    takes the output of both. Weights are torch's defaults. Without its auxiliary head the network of PC-DARTS' CIFAR
    genotype has 5.271 M parameters, that of its ImageNet genotype 5.342 M.

    Raises:
        SettingError: a setting out of range, a genotype of another form, an image side that is no multiple of 32.
    """
    check_shape(n_classes, in_channels, image_size, smallest_image=32)
    check_count("channels", channels, at_least=2)
    first = nn.Sequential(
        convolution(in_channels, channels // 2, stride=2),
        nn.BatchNorm2d(channels // 2),
        nn.ReLU(inplace=True),
        convolution(channels // 2, channels, stride=2),
        nn.BatchNorm2d(channels),
    )
    second = nn.Sequential(nn.ReLU(), convolution(channels, channels, stride=2), nn.BatchNorm2d(channels))
    return SearchedNetwork(
        parse_genotype(genotype),
        [first, second],
        channels,
        stem_stride=8,
        n_classes=n_classes,
        image_size=image_size,
        cells=cells,
        channels=channels,
        auxiliary_weight=auxiliary_weight,
        drop_path=drop_path,
    )
