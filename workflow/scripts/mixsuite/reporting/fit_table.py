"""Trained classifiers as the rows of a table: how well they know their training images, and what that gap says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mixsuite.reporting.comparison import Comparison
from mixsuite.reporting.description import Description
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.quantities import Quantity
from mixsuite.reporting.results import Results

QUANTITIES = (
    Quantity("training_accuracy", "training_accuracy", "Training accuracy"),
    Quantity("training_loss", "training_loss", "Training loss (nats)"),
    Quantity("accuracy", "accuracy", "Test accuracy"),
    Quantity("generalisation_gap", "generalisation_gap", "Training minus test accuracy"),
)
REMARKS = (
    "The weights are those of the last epoch. Training images are shown as they are: neither shifted nor flipped nor "
    "mixed, whatever the training did with them.",
)


def measure_fits(description: Description, fits: Results) -> pd.DataFrame:
    """Return `training_accuracy` and `accuracy` (%), `training_loss` and `generalisation_gap` of every row and seed.

    Raises:
        ValueError: a measurement lacks a value.
    """
    return measure_runs(description, lambda row, run: _values(fits[row.id][run.seed], run.identity))


def compare_fits(description: Description, measurements: pd.DataFrame) -> Comparison:
    """Return the comparison of what is printed, if anything is, with what was measured."""
    return Comparison(description, measurements, QUANTITIES)


def _values(fit: Mapping[str, Any], identity: str) -> dict[str, float]:
    try:
        train, test = fit["measured"]["train"], fit["measured"]["test"]
    except KeyError as error:
        raise ValueError(f"run {identity}: {error.args[0]}: missing, expected the fit of a trained network") from None
    return {
        "training_accuracy": 100 - train["top1_error"],
        "training_loss": train["loss"],
        "accuracy": 100 - test["top1_error"],
        "generalisation_gap": test["top1_error"] - train["top1_error"],
    }
