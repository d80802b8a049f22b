"""What was measured of each treatment of a fine-tuning, as metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.results import Results


def outcome(row: Row, transfer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `transfer`, the content of a fine-tuning's file, says of the treatment that `row` shows.

    Raises:
        ValueError: it has no such treatment.
    """
    if row.id not in transfer["treatments"]:
        raise ValueError(f"{row.id}: found the treatments {', '.join(transfer['treatments'])}, expected it among them")
    return transfer["treatments"][row.id]


def measure_transfers(description: Description, transfers: Results) -> pd.DataFrame:
    """Return the metrics of every row and seed; changes are against the row's baseline with the same seed."""
    values = {
        row.id: {seed: _metrics(outcome(row, transfer)) for seed, transfer in transfers[row.id].items()}
        for row in description.rows
    }
    return measurement_table(
        measurement
        for row in description.rows
        for run in row.measured.get("transfer", ())
        for measurement in measure(
            description.name, row, run, values[row.id][run.seed] | _changes(row, run.seed, values)
        )
    )


def _metrics(found: Mapping[str, Any]) -> dict[str, float]:
    train, test = found["train"], found["test"]
    return {
        "training_accuracy": train["accuracy"],
        "training_loss": train["loss"],
        "accuracy": test["accuracy"],
        "loss": test["loss"],
        "generalisation_gap": train["accuracy"] - test["accuracy"],
        "calibration_error": found["ece"],
        "overconfidence": found["confidence"] - test["accuracy"],
        "overconfident_errors": found["overconfident_errors"],
    }


def _changes(row: Row, seed: int, values: Mapping[str, Mapping[int, Mapping[str, float]]]) -> dict[str, float]:
    if row.baseline is None:
        return {}
    own, baseline = values[row.id][seed], values[row.baseline][seed]
    return {f"{metric}_change": own[metric] - baseline[metric] for metric in ("accuracy", "training_accuracy")}
