"""Distributions of the set S of patches that CutMix takes from its first image.

A distribution is a table of probabilities (2^P), one per subset: bit p of a subset's number says whether S contains
patch p.
"""

from math import comb

import torch
from torch import Tensor


def membership(patches: int) -> Tensor:
    """Return the (2^P, P) float64 table that is 1 where a subset contains a patch."""
    numbers = torch.arange(2**patches)[:, None]
    return (numbers >> torch.arange(patches) & 1).double()


def uniform_size(patches: int) -> Tensor:
    """Return oh2024's D_S: the size uniform on {0, ..., P}, then S uniform among the subsets of that size."""
    of_size = [1 / ((patches + 1) * comb(patches, size)) for size in range(patches + 1)]
    return torch.tensor(of_size, dtype=torch.float64)[membership(patches).sum(1).long()]


def size_probabilities(probabilities: Tensor) -> Tensor:
    """Return P(|S| = s) for s = 0, ..., P (P + 1) of a table of subset probabilities (2^P)."""
    patches = len(probabilities).bit_length() - 1
    sizes = membership(patches).sum(1).long()
    return torch.zeros(patches + 1, dtype=torch.float64).index_add_(0, sizes, probabilities.cpu())
