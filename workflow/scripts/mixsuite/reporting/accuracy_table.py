"""Trained classifiers as the rows of a table: test accuracy, as oh2024 prints it."""

from __future__ import annotations

import pandas as pd

from mixsuite.reporting.comparison import Comparison
from mixsuite.reporting.description import Description
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.quantities import Quantity
from mixsuite.reporting.results import Results

QUANTITIES = (
    Quantity("accuracy", "accuracy", "Test accuracy, last epoch"),
    Quantity("best_accuracy", None, "Test accuracy, best epoch"),
)
REMARKS = (
    "Printed accuracies are held against the last epoch: no source at hand says which epoch they are of. The choice of "
    "the best epoch sees the test set.",
)


def measure_accuracy(description: Description, results: Results) -> pd.DataFrame:
    """Return `accuracy` (last epoch) and `best_accuracy` (best epoch), in %, of every row and seed.

    Raises:
        ValueError: the result of a run lacks one.
    """
    return measure_runs(description, lambda row, run: _values(results[row.id][run.seed], run.identity))


def compare_accuracy(description: Description, measurements: pd.DataFrame) -> Comparison:
    """Return the comparison of the printed accuracies with the rebuilt ones."""
    return Comparison(description, measurements, QUANTITIES)


def _values(run: dict, identity: str) -> dict[str, float]:
    try:
        return {"accuracy": 100 - run["last"]["top1_error"], "best_accuracy": 100 - run["best"]["top1_error"]}
    except KeyError as error:
        raise ValueError(f"run {identity}: {error.args[0]}: missing, expected the result of a training") from None
