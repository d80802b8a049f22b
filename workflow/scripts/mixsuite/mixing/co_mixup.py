"""Co-Mixup (Kim et al. 2021): the images of a part of the batch, mixed together to salient and diverse outputs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mixsuite.checks import check_choice, check_count, check_fraction, check_not_negative, check_positive, check_switch
from mixsuite.mixing.blend import blend
from mixsuite.mixing.blocks import block_shares, compose_blocks, usable_counts
from mixsuite.mixing.draws import dirichlet
from mixsuite.mixing.input_gradient import CLEAN_FACTORS, input_saliency
from mixsuite.mixing.joint_labels import JointProblem, joint_labels
from mixsuite.mixing.mix import Mix

_SMALLEST_PROPORTION = 1e-8


def build(
    *,
    network: nn.Module,
    alpha: float,
    beta: float,
    gamma: float,
    eta: float,
    threshold: float,
    threshold_type: str,
    compatibility: float,
    blocks: int,
    part: int,
    iterations: int,
    resolve: bool,
    clean_weight: float,
    loss: str,
) -> Mix:
    """Return the mix of snu-mllab/Co-Mixup (main.py, mixup.py, match.py): N images of a part give N mixed ones.

    A batch is cut into parts of `part` samples, the last of which may be smaller. An image costs minus a block's share
    of its saliency, less `eta` (η) log φ with one φ ~ Dir(α, ..., α) for a part; neighbours that differ cost `beta`
    (β); images that other outputs show too cost `gamma` (γ) times their overlap beyond `threshold` (τ, a share of an
    image's blocks); each divided by the number of blocks. `compatibility` (ω) is the weight in the overlap of how far
    apart the images' most salient places are. The target is weighted with what is shown of each image. For `iterations`
    and `resolve` see `mixsuite.mixing.joint_labels`, for `clean_weight` and `loss`, the name of the training's loss,
    `mixsuite.mixing.input_gradient`.

    Raises:
        SettingError: a setting out of range; in the mix, an image that `blocks` does not divide.
    """
    check_positive("alpha", alpha)
    for name, value in {"beta": beta, "gamma": gamma, "eta": eta, "clean_weight": clean_weight}.items():
        check_not_negative(name, value)
    check_choice("threshold_type", threshold_type, ["hard", "soft"])
    for name, value in {"threshold": threshold, "compatibility": compatibility}.items():
        check_fraction(name, value)
    for name, value in {"blocks": blocks, "part": part}.items():
        check_count(name, value, at_least=2)
    check_count("iterations", iterations, at_least=1)
    check_switch("resolve", resolve)
    check_choice("loss", loss, CLEAN_FACTORS)
    n_blocks = blocks**2

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        usable_counts([blocks], *images.shape[2:])
        saliency = input_saliency(network, images, targets, clean_weight, loss)
        shares, places = block_shares(saliency, blocks), _most_salient_places(saliency)
        shown = []
        for rows, n_parts, size in _parts(len(images), part):
            phi = dirichlet(alpha, size, n_parts, generator).t()[:, :, None, None].clamp(min=_SMALLEST_PROPORTION)
            start = torch.randint(size, (n_parts, size, blocks, blocks), generator=generator, device=generator.device)
            problem = JointProblem(
                cost=_on_host(-shares[rows].view(n_parts, size, blocks, blocks) - eta / n_blocks * phi.log()),
                compatibility=_on_host(_compatibility(places[rows].view(n_parts, size, 2), compatibility)),
                smoothness=beta / n_blocks,
                diversity=gamma / n_blocks,
                threshold=threshold * n_blocks,
                hard=threshold_type == "hard",
            )
            labels = torch.from_numpy(joint_labels(problem, start.cpu().numpy(), iterations, resolve))
            first = rows.start + size * torch.arange(n_parts)[:, None, None, None]
            shown.append((labels + first).flatten(1, 2))
        sources = torch.cat(shown, dim=1).to(images.device)
        return _compose(images, targets, sources)

    return mix


def _parts(n_samples: int, part: int) -> Iterator[tuple[slice, int, int]]:
    """Yield rows, the number of parts among them, and these parts' size: all parts of `part` samples, and the rest."""
    n_whole = n_samples // part
    if n_whole:
        yield slice(0, n_whole * part), n_whole, part
    if n_samples % part:
        yield slice(n_whole * part, n_samples), 1, n_samples % part


def _on_host(values: torch.Tensor) -> np.ndarray:
    return values.double().cpu().numpy()


def _most_salient_places(saliency: torch.Tensor) -> torch.Tensor:
    """Return (B, 2): the row and column of the window with most saliency, a quarter of the image wide (8 of 32)."""
    window = [max(side // 4, 1) for side in saliency.shape[1:]]
    sums = functional.avg_pool2d(saliency[:, None], window, stride=1)[:, 0]
    place = sums.flatten(1).argmax(dim=1)
    return torch.stack([place // sums.shape[2], place % sums.shape[2]], dim=1).float()


def _compatibility(places: torch.Tensor, weight: float) -> torch.Tensor:
    """Return A = (1 - ω) I + ω D (P, N, N), with D the L1 distances of `places` (P, N, 2), scaled to a sum of N."""
    n_images = places.shape[1]
    distance = (places[:, :, None] - places[:, None]).abs().sum(dim=-1)
    # Where all places are the same, all distances are zero and stay so.
    distance = distance * n_images / distance.sum(dim=(1, 2), keepdim=True).clamp(min=1)
    return (1 - weight) * torch.eye(n_images, device=places.device) + weight * distance


def _compose(images: torch.Tensor, targets: torch.Tensor, sources: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the outputs and their targets; sources: (2, B, n, n), the samples that each block shows by half."""
    _, batch_size, count, _ = sources.shape
    halves = torch.full_like(sources, 0.5, dtype=torch.float64)
    place = torch.arange(count**2, device=sources.device).view(count, count)
    mixed = compose_blocks(images, halves, sources * count**2 + place)
    samples = sources.permute(0, 2, 3, 1).reshape(-1, batch_size)
    each = torch.full(samples.shape, 1 / len(samples), dtype=torch.float64, device=samples.device)
    return mixed, blend(targets, each, samples)
