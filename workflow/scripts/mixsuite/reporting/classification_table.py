"""Trained classifiers as the rows of a table: errors, their change against a baseline, parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from mixsuite.reporting.comparison import Comparison
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.quantities import Quantity, as_printed
from mixsuite.reporting.results import Results

LAST_EPOCH = Quantity("top1_error", None, "Top-1 error, last epoch")
_TITLES = {
    "best_top1_error": "Top-1 error, best epoch",
    "top1_error_change": "Change against the baseline",
    "top5_error": "Top-5 error, same epoch",
}
_MILLION = 1e6


def measure_classification(description: Description, results: Results) -> pd.DataFrame:
    """Return the measurements of every run behind the artefact.

    Per run: `best_top1_error` and `top1_error` (in %, best and last epoch), `top5_error` (in %, of the best epoch, as
    the papers print both errors), `parameters` (in millions), and for rows with a baseline `top1_error_change` (in
    points, best epochs, against the baseline's run with the same seed).

    Raises:
        ValueError: the result of a run lacks a value.
    """
    values = {
        row.id: {run.seed: _values(results[row.id][run.seed], run.identity) for run in row.runs}
        for row in description.rows
    }
    return measure_runs(description, lambda row, run: values[row.id][run.seed] | _change(row, run.seed, values))


def compare_classification(description: Description, measurements: pd.DataFrame) -> Comparison:
    """Return the comparison of everything that the artefact prints, and of both top-1 errors whether printed or not."""
    printed = list(dict.fromkeys(metric for row in description.rows for metric in row.printed))
    quantities = [as_printed(metric) for metric in printed or ["top1_error"]]
    titled = [replace(quantity, title=_TITLES.get(quantity.measured, "")) for quantity in quantities]
    return Comparison(description, measurements, [*titled, LAST_EPOCH])


def classification_remarks(description: Description) -> list[str]:
    """Return what a reader must know of the best epoch."""
    held = ", and printed errors are held against it, whichever epoch they are of" if description.prints else ""
    return [
        f"The best epoch is the one with the lowest top-1 error on the test set{held}. That choice sees the test set; "
        "the last epoch, which stands beside it, does not."
    ]


def _values(run: Mapping[str, Any], identity: str) -> dict[str, float]:
    try:
        return {
            "best_top1_error": run["best"]["top1_error"],
            "top1_error": run["last"]["top1_error"],
            "top5_error": run["best"]["top5_error"],
            "parameters": run["n_parameters"] / _MILLION,
        }
    except KeyError as error:
        raise ValueError(f"run {identity}: {error.args[0]}: missing, expected the result of a training") from None


def _change(row: Row, seed: int, values: Mapping[str, Mapping[int, Mapping[str, float]]]) -> dict[str, float]:
    baseline = values.get(row.baseline or "", {})
    if seed not in baseline:
        return {}
    error = "best_top1_error"
    return {"top1_error_change": values[row.id][seed][error] - baseline[seed][error]}
