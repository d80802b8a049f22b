"""Which training images an anchor is mixed with."""

from __future__ import annotations

import torch

from mixsuite.checks import SettingError, check_choice
from mixsuite.subsampling.specification import PARTNERS


class PartnerPool:
    """The images that an anchor may be mixed with, out of those with `labels` (N,), int64, on the CPU.

    `pool` is `any` (all but the anchor itself), `same_class` (without itself) or `other_classes`.
    """

    def __init__(self, labels: torch.Tensor, pool: str) -> None:
        """Raise SettingError for an unknown pool, or one that is empty for some image."""
        check_choice("partners", pool, PARTNERS)
        self._pool = pool
        # Sorted by class, the images of a class and those of all others are ranges.
        self._sorted = labels.argsort(stable=True)
        self._rank = torch.empty_like(self._sorted)
        self._rank[self._sorted] = torch.arange(len(labels))
        sizes = torch.bincount(labels)
        starts = sizes.cumsum(0) - sizes
        self._size, self._start = sizes[labels], starts[labels]
        smallest = {"any": len(labels) - 1, "same_class": int(self._size.min()) - 1}
        if smallest.get(pool, len(labels) - int(self._size.max())) < 1:
            raise SettingError(f"partners: found {pool!r}, by which some image has no other to be mixed with")

    def draw(self, anchors: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
        """Return (count, B) int64: partners of each of `anchors` (B,), drawn uniformly, each by itself."""
        n, shape = len(self._sorted), (count, len(anchors))
        start, size, rank = self._start[anchors], self._size[anchors], self._rank[anchors]
        if self._pool == "any":
            return self._sorted[_skip(_uniform(torch.full_like(size, n - 1), shape, generator), rank)]
        if self._pool == "same_class":
            return self._sorted[start + _skip(_uniform(size - 1, shape, generator), rank - start)]
        places = _uniform(n - size, shape, generator)
        return self._sorted[torch.where(places >= start, places + size, places)]


def _uniform(below: torch.Tensor, shape: tuple[int, int], generator: torch.Generator) -> torch.Tensor:
    # In float64 the product stays below its bound, since the largest uniform draw is 1 - 2^-53.
    return (torch.rand(shape, generator=generator, dtype=torch.float64) * below).long()


def _skip(places: torch.Tensor, left_out: torch.Tensor) -> torch.Tensor:
    return places + (places >= left_out)
