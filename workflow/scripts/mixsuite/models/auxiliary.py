"""Auxiliary heads: a second classifier in the midst of a network, whose loss is added in training (DARTS)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from mixsuite.checks import SettingError
from mixsuite.models.residual import convolution


class WithAuxiliary(NamedTuple):
    """What a network with an auxiliary head gives in training: two times logits (B, n_classes).

    The loss of the second is added to that of the first, times `weight`.
    """

    logits: torch.Tensor
    auxiliary: torch.Tensor
    weight: float


def main_logits(outputs: torch.Tensor | WithAuxiliary) -> torch.Tensor:
    """Return the logits (B, n_classes) of what a network gave, in training or not, without an auxiliary head's."""
    return outputs.logits if isinstance(outputs, WithAuxiliary) else outputs


class AuxiliaryHead(nn.Module):
    """ReLU, average pooling to 2×2, 1×1 to 128 channels, BN, ReLU, 2×2 to 768 channels, BN, ReLU, a linear classifier.

    quark0/darts (cnn/model.py) pools squares of 5: with stride 3 the 8×8 of CIFAR, with stride 2 the 7×7 of ImageNet,
    where it has no second normalisation (`second_norm`). Here images of any size come to 2×2: of n pixels a side,
    squares of min(5, n - 1) with the stride that is left.
    """

    def __init__(self, in_channels: int, n_classes: int, image_size: int, second_norm: bool) -> None:
        super().__init__()
        if image_size < 2:
            raise SettingError(
                f"auxiliary_weight: found a side of {image_size} at the auxiliary head, expected 2 or more"
            )
        square = min(5, image_size - 1)
        norm = [nn.BatchNorm2d(768)] if second_norm else []
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.AvgPool2d(square, stride=image_size - square, count_include_pad=False),
            convolution(in_channels, 128, size=1),
            nn.BatchNorm2d(128),
            nn.ReLU(inplace=True),
            nn.Conv2d(128, 768, 2, bias=False),
            *norm,
            nn.ReLU(inplace=True),
        )
        self.classifier = nn.Linear(768, n_classes)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, n_classes) of a hidden state (B, in_channels, image_size, image_size)."""
        return self.classifier(self.layers(hidden).flatten(1))
