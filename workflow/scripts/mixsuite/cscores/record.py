"""The files of estimated C-scores: labels and scores, and a record of what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.cscores.estimation import Counts
from mixsuite.cscores.scores import CScores, write_cscores
from mixsuite.records import write_record


def write_estimate(
    cscores: Path,
    record: Path,
    specification: dict[str, Any],
    labels: np.ndarray,
    counts: Counts,
    code: str,
    **more: Any,
) -> None:
    """Write the C-scores that `counts` give to `cscores`, with the consistency profile, and what they are to `record`.

    `profile` (R, N) and `ratios` (R,) go beside `labels` and `scores`. The record takes over
    what else is given; `code` is the fingerprint of the code.
    """
    found = CScores(counts.scores(), np.asarray(labels))
    write_cscores(cscores, found, profile=counts.profile(), ratios=np.array(specification["ratios"]))
    content = {
        "specification": specification,
        "source": f"estimated by {counts.trainings} trainings on subsets",
        **found.described(),
        "trainings": counts.trainings,
        "held_out_at_least": int(counts.held_out.min()),
        "accuracy_by_ratio": (100 * counts.correct.sum(axis=1) / counts.held_out.sum(axis=1)).tolist(),
        **more,
    }
    write_record(record, content, code, [cscores])
