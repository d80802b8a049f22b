"""Spearman's rank correlation, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from scipy.special import ndtri

from mixsuite.reporting.statistics import LEVEL, Interval


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's ρ of `n` pairs; `interval` (95 %) is None for fewer than 4 of them, or where ρ is undefined (NaN)."""

    value: float
    n: int
    interval: Interval | None

    def __str__(self) -> str:
        """Return it as text with the interval, `ρ = 0.71 [0.37, 0.88], n = 18`."""
        interval = f" [{self.interval.low:.2f}, {self.interval.high:.2f}]" if self.interval else ""
        return f"ρ = {self.value:.2f}{interval}, n = {self.n}"


def spearman(first: Sequence[float], second: Sequence[float]) -> RankCorrelation:
    """Return the rank correlation of paired values; equal values share the mean of their ranks.

    The interval is Fisher's z with the variance (1 + ρ²/2) / (n - 3) (Bonett and Wright 2000). It takes the pairs as
    independent of each other.
    """
    ranks = pd.DataFrame({"first": list(first), "second": list(second)}).rank()
    value, n = float(ranks["first"].corr(ranks["second"])), len(ranks)
    if math.isnan(value) or n < 4:
        return RankCorrelation(value, n, None)
    if abs(value) >= 1:
        return RankCorrelation(value, n, Interval(value, value))
    margin = float(ndtri((1 + LEVEL) / 2)) * math.sqrt((1 + value**2 / 2) / (n - 3))
    centre = math.atanh(value)
    return RankCorrelation(value, n, Interval(math.tanh(centre - margin), math.tanh(centre + margin)))
