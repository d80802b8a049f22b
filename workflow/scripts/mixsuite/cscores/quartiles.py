"""What is told of a set of C-scores: their mean and quartiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

STATISTICS = ("mean", "q1", "q2", "q3")


def mean_and_quartiles(scores: Sequence[float] | np.ndarray) -> dict[str, float]:
    """Return the `mean` and the quartiles `q1`, `q2`, `q3` of `scores`.

    Quartiles lie between two neighbours as far as the place is (numpy's default, linear interpolation).

    Raises:
        ValueError: there are no scores.
    """
    if not len(scores):
        raise ValueError("scores: found none, expected at least one: nothing was misclassified")
    quartiles = np.quantile(scores, [0.25, 0.5, 0.75])
    return dict(zip(STATISTICS, (float(np.mean(scores)), *quartiles.tolist()), strict=True))
