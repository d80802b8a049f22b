"""Puzzle Mix (Kim, Choo and Song 2020): two images, cut along what is salient in them, with blocks moved into sight."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import torch
from torch import nn

from mixsuite.checks import check_choice, check_count, check_not_negative, check_positive, check_switch
from mixsuite.mixing.blend import blend
from mixsuite.mixing.blocks import block_means, block_shares, compose_blocks, refined_count, spread, usable_counts
from mixsuite.mixing.draws import permuted_partners, proportions
from mixsuite.mixing.input_gradient import CLEAN_FACTORS, input_saliency
from mixsuite.mixing.labelling import ordered_labels
from mixsuite.mixing.mix import Mix
from mixsuite.mixing.transport import transport_plan

RANDOM_BLOCKS = [2, 4, 8, 16]
"""The numbers of blocks a side that one is drawn of for each batch."""

_SMALLEST_PROPORTION = 1e-8


class CutEnergy(NamedTuple):
    """What is minimised over the labels of blocks; label l of L shows (L - 1 - l) / (L - 1) of the sample itself.

    unary: (L, B, n, n), convex in l; down: (B, n - 1, n), right: (B, n, n - 1), to be multiplied with the squared
    difference of two neighbours' labels.
    """

    unary: torch.Tensor
    down: torch.Tensor
    right: torch.Tensor


def build(
    *,
    network: nn.Module,
    std: torch.Tensor,
    alpha: float,
    beta: float,
    gamma: float,
    eta: float,
    labels: int,
    neighbourhood: int,
    blocks: int | Literal["random"],
    transport: bool,
    transport_size: int,
    transport_cost: float,
    clean_weight: float,
    loss: str,
) -> Mix:
    """Return the mix of snu-mllab/PuzzleMix (mixup.py, main.py): one λ ~ Beta(α, α) and one permutation per batch.

    `blocks` is the number of blocks a side; "random" draws one of RANDOM_BLOCKS that divide the image for each batch.
    Each block shows one of two images or, with more than two `labels`, a blend of them; `cut_energy` has what is
    minimised, and it is minimised exactly. With `transport`, cells of at most `transport_size` pixels are then moved
    within each image; see `mixsuite.mixing.transport`. The target is weighted with what is shown of each image.

    network is asked for the saliency; for `clean_weight` and `loss`, the name of the training's loss, see
    `mixsuite.mixing.input_gradient`. std (C, 1, 1) is what the images, with pixels in 0 to 1, were divided by.

    Raises:
        SettingError: a setting out of range; in the mix, an image that none of `blocks` divides.
    """
    check_positive("alpha", alpha)
    weights = {"beta": beta, "gamma": gamma, "eta": eta, "transport_cost": transport_cost, "clean_weight": clean_weight}
    for name, value in weights.items():
        check_not_negative(name, value)
    if blocks != "random":
        check_count("blocks", blocks, at_least=2)
    check_choice("labels", labels, [2, 3, 4])
    check_count("neighbourhood", neighbourhood, at_least=1)
    check_switch("transport", transport)
    check_count("transport_size", transport_size, at_least=1)
    check_choice("loss", loss, CLEAN_FACTORS)
    allowed = RANDOM_BLOCKS if blocks == "random" else [blocks]

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch_size, _, *size = images.shape
        saliency = input_saliency(network, images, targets, clean_weight, loss)
        partners = permuted_partners(2, batch_size, generator)
        lam = proportions(alpha, 2, 1, 1.0, generator)[0]
        counts = usable_counts(allowed, *size)
        count = counts[torch.randint(len(counts), (), generator=generator, device=generator.device)]

        pixels = block_means(images * std.to(images), refined_count(count, neighbourhood, *size))
        energy = cut_energy(block_shares(saliency, count), pixels, partners[1], lam, beta, gamma, eta, labels)
        chosen = torch.from_numpy(ordered_labels(*(part.double().cpu().numpy() for part in energy)))
        itself = 1 - chosen.to(images.device, torch.float32) / (labels - 1)
        shown = torch.stack([itself, 1 - itself])
        if transport:
            n_cells = refined_count(count, transport_size, *size)
            cells = spread(shown, n_cells)
            shares = block_shares(saliency, n_cells)[partners]
            sources = transport_plan(shares.flatten(0, 1), cells.flatten(0, 1) > 0, transport_cost).view(cells.shape)
            mixed = compose_blocks(images, cells, sources + n_cells**2 * partners[:, :, None, None])
        else:
            place = torch.arange(count**2, device=images.device).view(count, count)
            mixed = compose_blocks(images, shown, place + count**2 * partners[:, :, None, None])
        return mixed, blend(targets, shown.mean(dim=(2, 3)), partners)

    return mix


def cut_energy(
    shares: torch.Tensor,
    pixels: torch.Tensor,
    partner: torch.Tensor,
    lam: torch.Tensor,
    beta: float,
    gamma: float,
    eta: float,
    n_labels: int,
) -> CutEnergy:
    """Return the paper's objective for a batch, with the constants of the released code (mixup.py).

    shares: (B, n, n), of each block in the saliency of its image; pixels: (B, C, m, m), mean colours of cells (in 0 to
    1, but for a constant), with m a multiple of n; partner: (B), int64; lam: λ, a tensor of one number.

    - What a label does not show of an image costs that block's share of saliency.
    - Neighbours with different labels cost β / (16 n) times their squared difference, in units of what is shown.
    - The colours that meet across a border cost the difference of the cells along it, times γ β / (16 n). For blocks
      that show one image each this is exact, split as the released code splits it into unary costs and a weight of the
      squared difference. Since colours differ by at most 1, weights are not negative for γ up to 1; beyond that they
      are cut off at 0.
    - The prior is η / n² times the negative log-probability of the label, binomial of L - 1 draws with λ.
    """
    n = shares.shape[-1]
    beta = beta / (16 * n)
    itself, other = shares[partner].clone(), shares.clone()
    (down, at_top, at_bottom), (right, at_left, at_right) = (
        _border_costs(pixels, n, partner),
        _border_costs(pixels.transpose(-1, -2), n, partner),
    )
    right, at_left, at_right = (costs.transpose(-1, -2) for costs in (right, at_left, at_right))
    for costs, index in ((itself, 0), (other, 1)):
        costs[:, :-1] += beta * gamma * at_top[index]
        costs[:, 1:] += beta * gamma * at_bottom[index]
        costs[:, :, :-1] += beta * gamma * at_left[index]
        costs[:, :, 1:] += beta * gamma * at_right[index]
    other_share = torch.linspace(0, 1, n_labels, device=shares.device)[:, None, None, None]
    unary = (1 - other_share) * itself + other_share * other - eta / n**2 * _log_prior(lam, n_labels)
    steps = (n_labels - 1) ** 2
    weights = (beta * (1 + gamma * border).clamp(min=0) / steps for border in (down, right))
    return CutEnergy(unary, *weights)


def _border_costs(
    pixels: torch.Tensor, n: int, partner: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the costs of colours that meet between blocks and those below, (B, n - 1, n) but for the images' axis.

    They are the weight of the squared difference, and what the upper and the lower block pay for showing the sample
    itself or its partner, (2, B, n - 1, n).
    """
    batch_size, channels, height, width = pixels.shape
    rows = pixels.view(batch_size, channels, n, height // n, width)
    above, below = rows[:, :, :-1, -1], rows[:, :, 1:, 0]

    def meeting(upper: torch.Tensor, lower: torch.Tensor) -> torch.Tensor:
        return (upper - lower).abs().mean(dim=1).view(batch_size, n - 1, n, -1).mean(dim=-1)

    own_own = meeting(above, below)
    other_other = own_own[partner]
    own_other, other_own = meeting(above, below[partner]), meeting(above[partner], below)
    weight = (own_other + other_own - own_own - other_other) / 2
    upper = torch.stack([own_other + own_own, other_own + other_other]) / 2
    lower = torch.stack([other_own + own_own, own_other + other_other]) / 2
    return weight, upper, lower


def _log_prior(lam: torch.Tensor, n_labels: int) -> torch.Tensor:
    draws = n_labels - 1
    other = torch.arange(n_labels, device=lam.device, dtype=lam.dtype)
    ways = torch.tensor([math.comb(draws, k) for k in range(n_labels)], device=lam.device, dtype=lam.dtype)
    itself, rest = lam.clamp(min=_SMALLEST_PROPORTION).log(), (1 - lam).clamp(min=_SMALLEST_PROPORTION).log()
    return (ways.log() + (draws - other) * itself + other * rest)[:, None, None, None]
