"""The loss over the plane that two directions span around the trained weights."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from mixsuite.checks import check_choice
from mixsuite.landscape.evaluation import Measured, evaluate_points
from mixsuite.landscape.images import Labelled
from mixsuite.landscape.weights import Weights, flatten

SCALINGS = ("unit", "filter")
"""Directions of unit length over all parameters, as jeong2021's by PyHessian, or rescaled filter by filter."""


def surface(
    weights: Weights, data: Labelled, directions: torch.Tensor, radius: float, points: int, scaling: str = "unit"
) -> Measured:
    """Return loss and error, both (points, points), at θ + λ1 v1 + λ2 v2; λ1 goes with the first axis.

    `directions` (2, size) are v1 and v2; λ1 and λ2 take the values of `steps`. The middle point is θ itself.
    `scaling` is one of SCALINGS.
    """
    check_choice("surface: scaling", scaling, SCALINGS)
    first, second = (filter_scaled(weights, each) for each in directions) if scaling == "filter" else directions

    def plane() -> Iterator[torch.Tensor]:
        centre = weights.vector()
        for along_first in steps(radius, points):
            for along_second in steps(radius, points):
                yield centre + along_first * first + along_second * second

    return evaluate_points(weights, data, plane()).reshape(points, points)


def steps(radius: float, points: int) -> list[float]:
    """Return `points` numbers from -`radius` to `radius`, evenly apart and symmetric to the last bit."""
    half = points // 2
    return [radius * (place - half) / half for place in range(points)]


def filter_scaled(weights: Weights, direction: torch.Tensor) -> torch.Tensor:
    """Return `direction` (size,) with each filter as long as that of the weights (Li et al. 2018, section 4).

    A filter is what makes one output channel of a convolution or a linear layer. Biases, scales and shifts, which have
    no filters, are not perturbed (their released code, tomgoldstein/loss-landscape, does so by default). A filter of
    the direction that is zero stays so.
    """
    return flatten(
        [
            _as_long(part.flatten(1), tensor.detach().flatten(1)) if tensor.dim() > 1 else torch.zeros_like(part)
            for part, tensor in zip(weights.split(direction), weights.tensors, strict=True)
        ]
    )


def _as_long(filters: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    lengths = filters.norm(dim=1, keepdim=True)
    return torch.where(lengths > 0, filters * like.norm(dim=1, keepdim=True) / lengths, filters)
