"""What the tests of this room share: small settings, and the poster's losses written as it prints them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product
from math import comb
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from mixsuite.patches.setting import Setting

SMALL = {
    "patches": 3,
    "dimension": 40,
    "samples": 6,
    "sigma_d": 0.5,
    "sigma_b": 0.3,
    "alpha": 0.1,
    "rho": [0.6, 0.3, 0.1],
    "rarity": ["common", "rare", "extremely_rare"],
    "beta": 0.1,
    "r": 1.0,
    "learning_rate": 1.0,
    "cut_size": 1,
    "steps": 20,
    "sigma_0": 0.01,
    "test_samples": 500,
}


@pytest.fixture(scope="session")
def mapping() -> Callable[..., dict]:
    """Return a small setting as a plain mapping, with changes."""
    return lambda **changes: SMALL | changes


@pytest.fixture(scope="session")
def setting() -> Callable[..., Setting]:
    """Return a small setting, with changes."""
    return lambda **changes: Setting.from_mapping(SMALL | changes)


def phi(z: Tensor, beta: float, r: float) -> Tensor:
    """Return the smoothed leaky ReLU, piece by piece."""
    upper = z - (1 - beta) * r / 2
    middle = (1 - beta) * z**2 / (2 * r) + beta * z
    return torch.where(z >= r, upper, torch.where(z >= 0, middle, beta * z))


def network(weights: Tensor, image: Tensor, beta: float, r: float) -> Tensor:
    """f_W(X) = sum_p phi(<w_1, x^(p)>) - sum_p phi(<w_-1, x^(p)>)."""
    return sum(phi(weights[0] @ x, beta, r) - phi(weights[1] @ x, beta, r) for x in image)


def logistic(z: Tensor) -> Tensor:
    """l(z) = log(1 + exp(-z))."""
    return torch.log1p(torch.exp(-z))


def erm_loss(f: Callable[[Tensor], Tensor], images: Tensor, labels: Tensor) -> Tensor:
    """(1/n) sum_i l(y_i f(X_i))."""
    return sum(logistic(y * f(image)) for image, y in zip(images, labels, strict=True)) / len(images)


def cutout_loss(f: Callable[[Tensor], Tensor], images: Tensor, labels: Tensor, cut_size: int) -> Tensor:
    """(1/n) sum_i E_C l(y_i f(X_{i,C})), C uniform among the sets of cut_size patches, their patches 0."""
    patches = images.shape[1]
    total = 0
    for image, y in zip(images, labels, strict=True):
        for cut in combinations(range(patches), cut_size):
            kept = torch.stack([torch.zeros_like(x) if p in cut else x for p, x in enumerate(image)])
            total = total + logistic(y * f(kept))
    return total / (len(images) * comb(patches, cut_size))


def cutmix_loss(
    f: Callable[[Tensor], Tensor], images: Tensor, labels: Tensor, probability: Callable[[tuple[int, ...]], float]
) -> Tensor:
    """(1/n^2) sum_ij E_S [|S|/P l(y_i f(X_{i,j,S})) + (1 - |S|/P) l(y_j f(X_{i,j,S}))]."""
    n, patches = images.shape[:2]
    total = 0
    for i, j in product(range(n), repeat=2):
        for size in range(patches + 1):
            for chosen in combinations(range(patches), size):
                mixed = torch.stack([images[i, p] if p in chosen else images[j, p] for p in range(patches)])
                output, share = f(mixed), size / patches
                term = share * logistic(labels[i] * output) + (1 - share) * logistic(labels[j] * output)
                total = total + probability(chosen) * term
    return total / n**2


def uniform_size_probability(patches: int) -> Callable[[tuple[int, ...]], float]:
    """D_S: the size uniform on {0, ..., P}, then S uniform among the sets of that size."""
    return lambda chosen: 1 / (patches + 1) / comb(patches, len(chosen))


@pytest.fixture(scope="session")
def literal() -> SimpleNamespace:
    """Return the formulas above; in the losses, `f` maps an image (P, ...) to its output."""
    formulas = (phi, network, logistic, erm_loss, cutout_loss, cutmix_loss, uniform_size_probability)
    return SimpleNamespace(**{formula.__name__: formula for formula in formulas})
