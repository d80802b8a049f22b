"""The loss under Gaussian noise on the weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from mixsuite.checks import check_choice
from mixsuite.landscape.evaluation import Measured, evaluate_points
from mixsuite.landscape.images import Labelled
from mixsuite.landscape.weights import Weights, flatten
from mixsuite.randomness import stream

SCALINGS = ("absolute", "relative")
"""Noise of standard deviation σ on every parameter, or σ times the root mean square of its tensor's parameters."""


def gaussian_curves(
    weights: Weights, data: Labelled, sigmas: Sequence[float], draws: int, seed: int, scaling: str = "absolute"
) -> Measured:
    """Return loss and error, both (draws, number of sigmas), at θ + σ z with z ~ N(0, I) (Zhang et al. 2018).

    A draw is one direction z, along which all `sigmas` are measured: jeong2021 speaks of random Gaussian noise in its
    text, and of one random direction below its Fig. 3b. `scaling` is one of SCALINGS.
    """
    check_choice("gaussian: scaling", scaling, SCALINGS)

    def lines() -> Iterator[torch.Tensor]:
        centre, generator = weights.vector(), stream(seed, "gaussian")
        scale = _tensor_scales(weights) if scaling == "relative" else 1.0
        for _ in range(draws):
            # Drawn on the CPU: the same noise on every device.
            noise = torch.randn(weights.size, generator=generator, dtype=weights.dtype).to(weights.device)
            for sigma in sigmas:
                yield centre + sigma * scale * noise

    return evaluate_points(weights, data, lines()).reshape(draws, len(sigmas))


def _tensor_scales(weights: Weights) -> torch.Tensor:
    scales = (tensor.detach().square().mean().sqrt().expand(tensor.numel()) for tensor in weights.tensors)
    return flatten(list(scales))
