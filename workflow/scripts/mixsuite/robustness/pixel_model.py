"""A classifier that takes pixels in [0, 1] and normalises them itself, so that attacks are bounded in pixels."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.models.evaluating import check_evaluating
from mixsuite.training.trained import Trained


class PixelModel(nn.Module):
    """Gives the logits (B, n_classes) of pixels (B, C, H, W) in [0, 1]; gradients flow through the normalisation."""

    def __init__(self, model: nn.Module, mean: torch.Tensor, std: torch.Tensor) -> None:
        """`model` takes images normalised by `mean` and `std`, (C, 1, 1) of pixels in [0, 1], and must be evaluating.

        Raises:
            ValueError: see `check_evaluating`.
        """
        super().__init__()
        check_evaluating(model)
        self.model = model
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.eval()

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, n_classes) of `pixels` (B, C, H, W)."""
        return self.model((pixels - self.mean) / self.std)


def pixel_model(trained: Trained) -> PixelModel:
    """Return the network `trained` as one that takes pixels; its weights ask for no gradients from now on."""
    network = trained.model.requires_grad_(False)
    if trained.mean.device.type == "cpu":
        # A quarter faster there.
        network = network.to(memory_format=torch.channels_last)
    return PixelModel(network, trained.mean, trained.std)
