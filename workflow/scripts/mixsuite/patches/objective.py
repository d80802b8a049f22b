"""What the three training objectives of oh2024 have in common: functions of the table of patch activations."""

from typing import Protocol

import torch
from torch import Tensor

# exp leaves float64 above 709 and its reciprocal below -708.
LARGEST_LOGIT = 700.0


class Objective(Protocol):
    """An expected logistic loss over augmented images.

    f is a sum over patches, so f of any cut or mixed image is a sum of entries of the table
    a (n, P), a(i, p) = phi(<w_1, x_i^p>) - phi(<w_-1, x_i^p>): the table is all that an objective sees.
    """

    def loss(self, activations: Tensor) -> Tensor:
        """Return the expected loss, a scalar."""
        ...

    def gradient(self, activations: Tensor) -> Tensor:
        """Return the derivative of the loss by each entry of the table (n, P)."""
        ...


def softplus(logits: Tensor) -> Tensor:
    """Return log(1 + exp(x)); torch's own softplus drops the tail above 20, an error of 2e-9."""
    return -torch.nn.functional.logsigmoid(-logits)


def require_bounded(activations: Tensor) -> None:
    """Raise OverflowError if an image's f could leave the range in which float64 holds exp(f) and exp(-f)."""
    limit = LARGEST_LOGIT / activations.shape[1]
    largest = activations.abs().max().item()
    # Written so that NaN, which compares false, is refused too.
    if not largest <= limit:
        raise OverflowError(f"the largest patch activation is {largest:.4g}, and float64 holds up to {limit:.4g}")
