"""How well the confidence of a classifier agrees with how often it is right.

The confidence of a prediction is the largest of its probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Predictions:
    """What a classifier says of a split: its `confidence`, float64 (N,), and whether it is `correct`, bool (N,)."""

    confidence: np.ndarray
    correct: np.ndarray


@dataclass(frozen=True)
class Reliability:
    """Predictions in bins of equal width over [0, 1]: their number, the sum of their confidences, how many are right.

    Bin m of M (from 1) holds the confidences above (m - 1) / M and up to m / M. Sums and not means, so that those of
    several networks can be put together.
    """

    count: np.ndarray
    confidence: np.ndarray
    correct: np.ndarray


def reliability(found: Predictions, bins: int) -> Reliability:
    """Return the predictions sorted into `bins` bins."""
    place = np.clip(np.ceil(found.confidence * bins).astype(int) - 1, 0, bins - 1)
    return Reliability(
        count=np.bincount(place, minlength=bins),
        confidence=np.bincount(place, weights=found.confidence, minlength=bins),
        correct=np.bincount(place[found.correct], minlength=bins),
    )


def expected_calibration_error(bins: Reliability) -> float:
    """Return Σ_m n_m / N |accuracy of bin m - mean confidence of bin m|, in % (ECE; Guo et al. 2017, equation 3)."""
    return 100 * float(np.abs(bins.correct - bins.confidence).sum() / bins.count.sum())


def overconfident_errors(found: Predictions, at_least: float) -> float:
    """Return the share, in %, of predictions that are wrong with a confidence of `at_least` this much."""
    return 100 * float((~found.correct & (found.confidence >= at_least)).mean())
