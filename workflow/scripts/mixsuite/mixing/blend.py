"""Weighted sums of samples with their partners: of images in Mixup and DMixup, of targets in every method."""

from __future__ import annotations

import torch
from torch.nn import functional


def blend(values: torch.Tensor, weights: torch.Tensor, partners: torch.Tensor) -> torch.Tensor:
    """Return Σ_k weights[k, b] · values[partners[k, b]] for every sample b, shaped like values.

    values: (B, ...), at least 2-d, floating point; weights: (K, B); partners: (K, B), int64.
    """
    rows = values.flatten(1)
    # One pass over the rows, and no matrix product, whose operands autocast and TF32 would round to 8 or 11 bits.
    blended = functional.embedding_bag(partners.t(), rows, per_sample_weights=weights.t().to(values.dtype), mode="sum")
    return blended.view(values.shape)
