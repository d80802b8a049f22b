"""The percentile bootstrap over seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mixsuite.reporting.statistics import LEVEL, Interval

RESAMPLES = 10_000
_SEED = 0


def bootstrap_interval(values: Sequence[float], resamples: int = RESAMPLES, seed: int = _SEED) -> Interval:
    """Return the 95 % percentile bootstrap interval of the mean of `values`, one per seed (Efron 1979).

    Each of `resamples` draws as many values as there are, with replacement, and takes their mean; the interval reaches
    from the 2.5 % to the 97.5 % quantile of these means, interpolated linearly. Raises ValueError below 2 values.
    """
    if len(values) < 2:
        raise ValueError(f"values: found {len(values)}, expected at least 2")
    drawn = np.random.default_rng(seed).integers(0, len(values), size=(resamples, len(values)))
    means = np.asarray(values, dtype=np.float64)[drawn].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
