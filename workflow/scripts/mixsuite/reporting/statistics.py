"""Mean, spread and t intervals over seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A closed interval of numbers."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def widened(self, margin: float) -> Interval:
        """Return the interval with `margin` added on both sides."""
        return Interval(self.low - margin, self.high + margin)


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean, rounded once; equal values give exactly that value. NaN without values."""
    return statistics.mean(values) if values else math.nan


def standard_deviation(values: Sequence[float]) -> float:
    """Return the standard deviation of a sample (n - 1 in the denominator); NaN for fewer than 2 values."""
    return statistics.stdev(values) if len(values) > 1 else math.nan


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the 95 % t interval of the mean, mean ± t s / √n. Raises ValueError for fewer than 2 values."""
    return _interval(values, 1 / len(values) if values else math.nan)


def prediction_interval(values: Sequence[float]) -> Interval:
    """Return where one further value falls with probability 95 %, mean ± t s √(1 + 1/n). Raises ValueError below 2."""
    return _interval(values, 1 + 1 / len(values) if values else math.nan)


def paired_differences(first: Mapping[int, float], second: Mapping[int, float]) -> list[float]:
    """Return first minus second for every seed that both have, in the order of the seeds."""
    return [first[seed] - second[seed] for seed in common_seeds([first, second])]


def common_seeds(by_seed: Sequence[Mapping[int, object]]) -> list[int]:
    """Return the seeds that all have, sorted; none for none."""
    return sorted(set(by_seed[0]).intersection(*by_seed[1:])) if by_seed else []


def count_seeds(count: int) -> str:
    """Return `1 seed`, `3 seeds`."""
    return f"{count} seed{'' if count == 1 else 's'}"


def _interval(values: Sequence[float], relative_variance: float) -> Interval:
    if len(values) < 2:
        raise ValueError(f"values: found {len(values)}, expected at least 2")
    quantile = float(stdtrit(len(values) - 1, (1 + LEVEL) / 2))
    margin = quantile * standard_deviation(values) * math.sqrt(relative_variance)
    centre = mean(values)
    return Interval(centre - margin, centre + margin)
