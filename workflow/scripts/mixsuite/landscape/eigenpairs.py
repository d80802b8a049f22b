"""The leading eigenvalues of the Hessian and their eigenvectors."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import numpy as np
import torch

from mixsuite.checks import SettingError, check_choice
from mixsuite.landscape.hessian import Hessian

ORDERS = ("magnitude", "algebraic")
"""Which eigenvalues lead: those of the largest magnitude, as power iteration finds them, or the largest ones."""

ENGINES = {"lanczos": "mixsuite.landscape.lanczos", "pyhessian": "mixsuite.landscape.power_iteration"}
"""The module of each engine, loaded by name: nobody needs the libraries of both."""


@dataclass(frozen=True)
class Eigenpairs:
    """Leading eigenvalues, first the leading one, and their eigenvectors as rows of `vectors` (count, size).

    Vectors have unit Euclidean norm, and the sign that makes the loss rise along them (see `orient`). `residuals` are
    ‖H v − λ v‖ / |λ|.
    """

    values: list[float]
    vectors: torch.Tensor
    residuals: list[float]


def leading_eigenpairs(
    hessian: Hessian, *, engine: str, order: str, count: int, tolerance: float, iterations: int, seed: int
) -> Eigenpairs:
    """Return the `count` leading eigenpairs, found by one of ENGINES, leading by one of ORDERS.

    `lanczos` is ARPACK's implicitly restarted Lanczos method: it ends when all residuals are below `tolerance`, after
    at most `iterations` restarts. `pyhessian` is the paper's tool, power iteration with deflation: each pair ends when
    its eigenvalue has changed by less than `tolerance`, relative to itself, or silently after `iterations` steps, with
    residuals well above the `tolerance`. Both begin with random vectors of `seed`.

    Raises:
        SettingError: unknown engine or order; `pyhessian` with the order `algebraic`, or where it is not installed; not
            more parameters than eigenpairs.
        ValueError: no convergence; a product with the Hessian is not finite.
    """
    check_choice("hessian: engine", engine, ENGINES)
    check_choice("hessian: order", order, ORDERS)
    if count >= hessian.weights.size:
        raise SettingError(f"hessian: found {hessian.weights.size} parameters, expected more than {count} eigenpairs")
    find = importlib.import_module(ENGINES[engine]).find_eigenpairs
    values, vectors = find(hessian, order, count, tolerance, iterations, seed)
    ranks = np.argsort(-np.abs(values) if order == "magnitude" else -values, kind="stable")
    values, vectors = values[ranks].tolist(), orient(vectors[torch.from_numpy(ranks)], hessian.gradient())
    residuals = [_residual(hessian, *pair) for pair in zip(values, vectors, strict=True)]
    return Eigenpairs(values, vectors, residuals)


def orient(vectors: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """Return `vectors` (count, size), each with the sign that makes its product with the `gradient` at least 0.

    An eigenvector's sign is arbitrary; this one makes the loss rise along the vector, to first order.
    """
    return torch.where((vectors @ gradient < 0)[:, None], -vectors, vectors)


def _residual(hessian: Hessian, value: float, vector: torch.Tensor) -> float:
    distance = (hessian.product(vector) - value * vector).norm().item()
    return distance / abs(value) if value else distance
