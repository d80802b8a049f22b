"""How well a score tells positives from negatives: AUPR, AUROC, FPR95, in %.

Positives are images out of distribution, and a score is higher the less a network is sure: minus the largest softmax
(Hendrycks and Gimpel 2017; hendrycks/natural-adv-examples).
"""

from __future__ import annotations

import numpy as np

RECALL = 0.95


def detection_measures(positive: np.ndarray, negative: np.ndarray) -> dict[str, float]:
    """Return `aupr`, `auroc`, `fpr95` and `base_rate` in % from the scores (n,) of both kinds, at least one of each.

    aupr: the average precision, Σ (R_k - R_{k-1}) P_k over falling thresholds; `base_rate`, the share of positives, is
    what scores without information give. auroc: the probability that a positive scores above a negative, ties counted
    half. fpr95: the lowest share of negatives above a threshold that at least 95 % of the positives reach. Images of
    the same score are above a threshold together.
    """
    scores = np.concatenate([positive, negative])
    order = np.argsort(-scores, kind="stable")
    # Where the score changes: thresholds lie there alone.
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    hits = np.cumsum(order < len(positive))[last]
    recall, false_alarms = hits / len(positive), (1 + last - hits) / len(negative)
    # At the threshold that nothing reaches.
    curve = np.append(0, recall), np.append(0, false_alarms)
    measures = {
        "aupr": np.sum(np.diff(curve[0]) * hits / (1 + last)),
        "auroc": np.trapezoid(*curve),
        "fpr95": false_alarms[np.searchsorted(recall, RECALL)],
        "base_rate": len(positive) / len(scores),
    }
    return {name: 100 * float(value) for name, value in measures.items()}
