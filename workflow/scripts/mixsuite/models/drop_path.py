"""Drop path: in training, an edge of a cell is left out of some images (Larsson, Maire and Shakhnarovich 2017)."""

from __future__ import annotations

import torch
from torch import nn


class DropPath(nn.Module):
    """Sets whole images of a batch to zero with a probability, and divides the others by that of being kept.

    The probability is that at the end of a training, `final`, times the share of its epochs that are done, which
    `advance_drop_paths` tells (quark0/darts, cnn/utils.py and train.py). Draws come from torch's global generator of
    the device. It rests until told of an epoch, and in evaluation.
    """

    def __init__(self, final: float) -> None:
        super().__init__()
        self.final, self.probability = final, 0.0

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return `hidden` (B, C, H, W), some images of it zero."""
        if not self.training or self.probability == 0:
            return hidden
        kept = 1 - self.probability
        coins = torch.rand(len(hidden), 1, 1, 1, device=hidden.device) < kept
        return hidden * (coins.to(hidden.dtype) / kept)


def advance_drop_paths(network: nn.Module, done: float) -> None:
    """Tell the drop paths of `network` that the share `done` (0 to 1) of a training's epochs is over."""
    for part in network.modules():
        if isinstance(part, DropPath):
            part.probability = part.final * done
