"""Stochastic depth (Huang et al. 2016): whole residual branches are dropped, later ones more often."""

from __future__ import annotations

import torch

from mixsuite.checks import check_fraction
from mixsuite.mixing.dropping import DroppingLayer, lend_generator
from mixsuite.mixing.mix import Mix
from mixsuite.models.residual import residual_blocks
from mixsuite.models.staged import StagedNetwork


class ResidualDrop(DroppingLayer):
    """Lets a batch's residual branch through with the probability `survival`, and else sets it to zero.

    One coin is thrown for the batch. In evaluation the branch is multiplied by `survival`.
    """

    def __init__(self, survival: float) -> None:
        super().__init__()
        self.survival = survival

    def forward(self, residual: torch.Tensor) -> torch.Tensor:
        """Return what is added to the shortcut, shaped like the residual branch's output."""
        if not self.training:
            return residual * self.survival
        return residual * (torch.rand((), generator=self.generator, device=residual.device) < self.survival)


def build(*, network: StagedNetwork, drop_rate: float) -> Mix:
    """Let the residual branches of `network` be dropped, and return the mix that leaves its batches as they are.

    Branch l of L is dropped with probability l / L · `drop_rate` (linear decay of the survival), for all of a batch at
    once, as in yueatsprograms/Stochastic_Depth (main.lua and ResidualDrop.lua). Unlike there, a dropped branch is
    computed and multiplied by zero, so that no coin makes the host wait for the device, and its batch normalisation
    sees every batch.

    Raises:
        SettingError: drop_rate outside 0 to 1, a network without `ResidualBlock`s.
    """
    check_fraction("drop_rate", drop_rate)
    blocks = residual_blocks(network)
    drops = [ResidualDrop(1 - drop_rate * (index + 1) / len(blocks)) for index in range(len(blocks))]
    for block, drop in zip(blocks, drops, strict=True):
        block.residual.append(drop.train(network.training))
    return lend_generator(drops)
