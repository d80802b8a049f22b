"""How well the confidence of a classifier agrees with how often it is right.

The confidence of a prediction is the largest of its probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Predictions:
    """What a classifier says of a split: its `confidence`, float64 (N,), and whether it is `correct`, bool (N,)."""

    confidence: torch.Tensor
    correct: torch.Tensor


@dataclass(frozen=True)
class Reliability:
    """Predictions in bins of equal width over [0, 1]: their number, the sum of their confidences, how many are right.

    Bin m of M (from 1) holds the confidences above (m - 1) / M and up to m / M. Sums and not means, so that those of
    several networks can be put together.
    """

    count: list[int]
    confidence: list[float]
    correct: list[int]


def predictions(probabilities: torch.Tensor, labels: torch.Tensor) -> Predictions:
    """Return the predictions of `probabilities` (N, n_classes) about images with `labels` (N,)."""
    confidence, predicted = probabilities.double().max(dim=1)
    return Predictions(confidence, predicted == labels)


def reliability(found: Predictions, bins: int) -> Reliability:
    """Return the predictions sorted into `bins` bins."""
    place = (found.confidence * bins).ceil().long().sub(1).clamp(0, bins - 1)
    empty = torch.zeros(bins, dtype=torch.float64, device=place.device)
    return Reliability(
        count=torch.bincount(place, minlength=bins).tolist(),
        # Not bincount, whose weighted sums have no deterministic form on a GPU.
        confidence=empty.index_add(0, place, found.confidence).tolist(),
        correct=torch.bincount(place[found.correct], minlength=bins).tolist(),
    )


def expected_calibration_error(bins: Reliability) -> float:
    """Return Σ_m n_m / N |accuracy of bin m - mean confidence of bin m|, in % (ECE; Guo et al. 2017, equation 3)."""
    gaps = sum(abs(correct - confidence) for correct, confidence in zip(bins.correct, bins.confidence, strict=True))
    return 100 * gaps / sum(bins.count)


def overconfident_errors(found: Predictions, at_least: float) -> float:
    """Return the share, in %, of predictions that are wrong with a confidence of `at_least` this much."""
    return 100 * (~found.correct & (found.confidence >= at_least)).double().mean().item()
