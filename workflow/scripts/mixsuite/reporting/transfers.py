"""What was measured of each treatment of a fine-tuning, as metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.reliability import Predictions, expected_calibration_error, overconfident_errors, reliability
from mixsuite.reporting.results import Results, read_measured


def read_transfers(description: Description, folder: Path | str) -> Results:
    """Return the fine-tunings of every row and seed, from `folder`/{IDENTITY.json, IDENTITY.npz}.

    Each treatment has `predictions` for the test images beside what the JSON file says of it.

    Raises:
        ValueError: a file is missing or damaged, or is another fine-tuning's.
    """
    transfers = read_measured(description, "transfer", folder, ".npz")
    for row in description.rows:
        for run in row.measured.get("transfer", ()):
            content = transfers[row.id][run.seed]
            predictions = _read_predictions(Path(folder) / f"{run.identity}.npz", content["treatments"])
            for name, treatment in content["treatments"].items():
                treatment["predictions"] = predictions[name]
    return transfers


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
    how = description.settings["transfers"]["calibration"]
    values = {
        row.id: {seed: _metrics(outcome(row, transfer), how) for seed, transfer in transfers[row.id].items()}
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


def _read_predictions(path: Path, treatments: Iterable[str]) -> dict[str, Predictions]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: Predictions(file[f"confidence_{name}"], file[f"correct_{name}"]) for name in treatments}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ValueError(f"{path}: cannot be read, expected the predictions of a fine-tuning ({error})") from None


def _metrics(found: Mapping[str, Any], calibration: Mapping[str, Any]) -> dict[str, float]:
    train, test, predictions = found["train"], found["test"], found["predictions"]
    return {
        "training_accuracy": train["accuracy"],
        "training_loss": train["loss"],
        "accuracy": test["accuracy"],
        "loss": test["loss"],
        "generalisation_gap": train["accuracy"] - test["accuracy"],
        "calibration_error": expected_calibration_error(reliability(predictions, calibration["bins"])),
        "overconfidence": 100 * predictions.confidence.mean() - test["accuracy"],
        "overconfident_errors": overconfident_errors(predictions, calibration["overconfident"]),
    }


def _changes(row: Row, seed: int, values: Mapping[str, Mapping[int, Mapping[str, float]]]) -> dict[str, float]:
    if row.baseline is None:
        return {}
    own, baseline = values[row.id][seed], values[row.baseline][seed]
    return {f"{metric}_change": own[metric] - baseline[metric] for metric in ("accuracy", "training_accuracy")}
