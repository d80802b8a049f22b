"""What oh2024's synthetic artefacts share: classes of features, runs by row, and a note on their size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import read_run

RARITIES = {"common": "Common", "rare": "Rare", "extremely_rare": "Extremely rare"}
SIZE_NOTE = "Synthetic experiment, exact and of full size: the same at every scale."

Results = dict[str, dict[int, dict[str, Any]]]


def rarity_of(row: Row) -> str | None:
    """Return the class that ends the row's id (`paper/erm/rare`); None for a row about all of them (`paper/erm`)."""
    last = row.id.rpartition("/")[2]
    return last if last in RARITIES else None


def read_results(description: Description, runs: Path | str) -> Results:
    """Return the run.json of every run, by row and seed; a run that several rows show is read once.

    Raises:
        ValueError: the result of a run is missing.
    """
    by_identity = {run.identity: read_run(runs, run) for row in description.rows for run in row.runs}
    return {row.id: {run.seed: by_identity[run.identity] for run in row.runs} for row in description.rows}
