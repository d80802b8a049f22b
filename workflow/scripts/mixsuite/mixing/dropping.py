"""Layers that drop parts of a network during training, and the mix of the methods that have nothing else to do."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from mixsuite.mixing.mix import Mix


class DroppingLayer(nn.Module):
    """A layer that draws from `generator` during training; until one is lent, from torch's global generators.

    It has neither parameters nor buffers, so that a network saves and loads the same weights with it and without it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.generator: torch.Generator | None = None


def lend_generator(layers: Iterable[DroppingLayer]) -> Mix:
    """Return the mix that leaves a batch as it is and lends its generator to `layers`, for the pass that follows."""
    layers = list(layers)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        for layer in layers:
            layer.generator = generator
        return images, targets

    return mix
