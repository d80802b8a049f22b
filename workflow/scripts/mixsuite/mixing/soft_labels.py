"""Targets that are distributions over the classes, and the losses that take them."""

from __future__ import annotations

import torch
from torch.nn import functional


def one_hot(labels: torch.Tensor, n_classes: int) -> torch.Tensor:
    """Return (B, n_classes) float32 targets for `labels` (B), int64 in 0..n_classes-1."""
    targets = torch.zeros(len(labels), n_classes, device=labels.device)
    return targets.scatter_(1, labels[:, None], 1.0)


def soft_cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean over the batch of -Σ_c t_c log softmax(logits)_c, a scalar, in nats.

    logits and targets: (B, n_classes). With one-hot targets it is the usual cross-entropy.
    """
    return -(targets * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()


def binary_cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean over batch and classes of -(t log p + (1 - t) log(1 - p)) with p = softmax(logits), in nats.

    logits and targets: (B, n_classes). Logarithms are clamped at -100 from below. It is what snu-mllab/Co-Mixup
    (main.py) trains with: torch's BCELoss of the softmax, each class by itself, although probabilities sum to 1.
    """
    # Shares of one class may add up to a rounding error above 1, which torch refuses.
    return functional.binary_cross_entropy(functional.softmax(logits, dim=1), targets.clamp(0, 1))
