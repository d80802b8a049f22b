"""Manifold Mixup (Verma et al. 2019): Mixup of the images or of a hidden state, drawn anew for every batch."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.mixing.blend import blend
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix
from mixsuite.models.staged import StagedNetwork, check_staged

N_STAGES = 2
"""The hidden states that take part are those after the first two stages."""


class HiddenBlend(nn.Module):
    """Blends the hidden states of the next forward pass in training as `expect` was told; else leaves them."""

    needs_whole_batch = True
    """It cannot work in several processes, each with a part of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: tuple[torch.Tensor, torch.Tensor] | None = None

    def expect(self, weights: torch.Tensor, partners: torch.Tensor) -> None:
        """Let the next batch be blended with these weights and partners; see `mixsuite.mixing.blend`."""
        self._expected = weights, partners

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the blended hidden states (B, C, H, W)."""
        if not self.training or self._expected is None:
            return hidden
        expected, self._expected = self._expected, None
        return blend(hidden, *expected)


def build(*, network: StagedNetwork, alpha: float, probability: float) -> Mix:
    """Return the mix x = λ x_1 + (1 - λ) x_2 with λ ~ Beta(α, α), one λ, one permutation and one layer per batch.

    The layer is the input or what the first or second stage of `network` gives, each equally often, as in
    vikasverma1077/manifold_mixup (supervised/models/preresnet.py). Targets are mixed by the same λ and permutation. A
    batch is mixed with `probability`, else left as it is.

    Raises:
        SettingError: alpha not above 0, probability outside 0 to 1, a network that is not the suite's own.
    """
    check_proportions(alpha, probability)
    check_staged(network)
    places = [HiddenBlend() for _ in network.stages[:N_STAGES]]
    for stage, place in zip(network.stages[:N_STAGES], places, strict=True):
        stage.append(place.train(network.training))

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        partners = permuted_partners(2, len(images), generator)
        weights = proportions(alpha, 2, 1, probability, generator)
        itself = torch.eye(2, 1, dtype=weights.dtype, device=weights.device)
        chosen = torch.randint(len(places) + 1, (), generator=generator, device=generator.device)
        # All are blended, but one with itself alone: a branch in Python would make the host wait for the device.
        at_image, *at_places = (
            torch.where(chosen == index, weights, itself).expand_as(partners) for index in range(len(places) + 1)
        )
        for place, at_place in zip(places, at_places, strict=True):
            place.expect(at_place, partners)
        return blend(images, at_image, partners), blend(targets, weights.expand_as(partners), partners)

    return mix
