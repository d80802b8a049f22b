"""The C-scores of the images that a trained network misclassifies, among those that it was not trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from mixsuite.cscores.quartiles import mean_and_quartiles
from mixsuite.cscores.scores import CScores


def rest_of(n_images: int, trained_on: np.ndarray) -> np.ndarray:
    """Return the rising indices, int64, of `n_images` but those `trained_on`."""
    return np.setdiff1d(np.arange(n_images), trained_on)


def score_misclassified(predicted: np.ndarray, rest: np.ndarray, cscores: CScores) -> dict[str, Any]:
    """Return, in plain values, how the images `rest` were classified and the C-scores of those that were missed.

    `predicted` are the classes predicted for the images with the indices `rest` (among all training images).

        accuracy: in %
        rest, misclassified: {"n", "mean", "q1", "q2", "q3"} of the C-scores of all of them, and of those missed
        scores: of those missed, one by one

    Raises:
        ValueError: none of them is misclassified.
    """
    missed = rest[predicted != cscores.labels[rest]]
    scores = cscores.scores[missed]
    return {
        "accuracy": 100 * (1 - len(missed) / len(rest)),
        "rest": {"n": len(rest), **mean_and_quartiles(cscores.scores[rest])},
        "misclassified": {"n": len(missed), **mean_and_quartiles(scores)},
        "scores": scores.tolist(),
    }
