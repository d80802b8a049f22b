"""What all networks have in common: a stem, stages, a tail, global average pooling and a linear classifier."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import nn

from mixsuite.checks import SettingError, check_count


class StagedNetwork(nn.Module):
    """A convolutional network in parts: stem, stages[0], stages[1], ..., tail, pooling, classifier.

    `stages` is a ModuleList, so that hidden states can be mixed or dropped between any two parts. Within them, what a
    residual block adds to its shortcut is a `ResidualBlock.residual` (but in the networks that torchvision makes).
    """

    def __init__(
        self, stem: nn.Module, stages: Iterable[nn.Module], tail: nn.Module, n_features: int, n_classes: int
    ) -> None:
        super().__init__()
        self.stem = stem
        self.stages = nn.ModuleList(stages)
        self.tail = tail
        self.classifier = nn.Linear(n_features, n_classes)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return the penultimate features (B, n_features) of images (B, C, H, W)."""
        hidden = self.stem(images)
        for stage in self.stages:
            hidden = stage(hidden)
        # Not AdaptiveAvgPool2d, whose backward pass has no deterministic form on a GPU.
        return self.tail(hidden).mean(dim=(2, 3))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, n_classes) of images (B, C, H, W)."""
        return self.classifier(self.features(images))


def check_staged(network: nn.Module) -> None:
    """Raise SettingError unless `network` has stages that layers can be added to."""
    if not isinstance(network, StagedNetwork):
        raise SettingError(
            f"network: found {type(network).__name__}, which has no stages, expected a network of this suite's own"
        )


def make_stage(
    make_block: Callable[[int, int, int], nn.Module], in_channels: int, out_channels: int, n_blocks: int, stride: int
) -> nn.Sequential:
    """Return `n_blocks` blocks in a row, of which the first changes the number of channels and has the stride.

    make_block(in_channels, out_channels, stride) returns one block.
    """
    first = make_block(in_channels, out_channels, stride)
    return nn.Sequential(first, *(make_block(out_channels, out_channels, 1) for _ in range(n_blocks - 1)))


def make_doubling_stages(
    make_block: Callable[[int, int, int], nn.Module], width: int, counts: Iterable[int]
) -> list[nn.Sequential]:
    """Return a stage for each of `counts`, its number of blocks; each next one has twice the channels and stride 2.

    The first one takes and gives `width` channels.
    """
    stages, channels = [], width
    for index, n_blocks in enumerate(counts):
        stages.append(make_stage(make_block, channels, width * 2**index, n_blocks, stride=1 if index == 0 else 2))
        channels = width * 2**index
    return stages


def check_shape(n_classes: int, in_channels: int, image_size: int, smallest_image: int) -> None:
    """Raise SettingError, naming the quantity, where a network cannot be built for such data."""
    check_count("n_classes", n_classes, at_least=2)
    check_count("in_channels", in_channels, at_least=1)
    check_count("image_size", image_size, at_least=smallest_image)
