"""The two-layer convolutional network of oh2024 and its activation."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class SmoothedLeakyReLU:
    """The activation phi: slope beta below 0, slope 1 above r, and a parabola between (form recalled, unverified).

    phi(z) = z - (1 - beta) r / 2 for z >= r; (1 - beta) z^2 / (2 r) + beta z on [0, r]; beta z below 0.
    """

    beta: float
    r: float

    def __call__(self, values: Tensor) -> Tensor:
        """Return phi elementwise."""
        bent = values.clamp(0, self.r)
        return self.beta * values + (1 - self.beta) / self.r * bent * (values - bent / 2)

    def derivative(self, values: Tensor) -> Tensor:
        """Return phi' elementwise."""
        return self.beta + (1 - self.beta) / self.r * values.clamp(0, self.r)


def patch_outputs(projections: Tensor, activation: SmoothedLeakyReLU) -> Tensor:
    """Return phi(<w_1, x>) - phi(<w_-1, x>), what a patch x adds to f; `projections` (2, ...) holds both products."""
    positive, negative = activation(projections)
    return positive - negative


def logits(weights: Tensor, images: Tensor, activation: SmoothedLeakyReLU) -> Tensor:
    """Return f_W(X) (n) of images (n, P, d) for weights (2, d), rows w_1 and w_-1 (poster, "Network Architecture")."""
    return patch_outputs(torch.einsum("sd,npd->snp", weights, images), activation).sum(1)
