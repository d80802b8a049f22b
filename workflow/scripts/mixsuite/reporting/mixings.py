"""CutMix under other distributions of the mixed patches, beyond oh2024: what is predicted, and what is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mixsuite.config.metrics import METRICS
from mixsuite.reporting.comparison import stand_in_warning
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.results import Results, environment_note
from mixsuite.reporting.statistics import mean, standard_deviation
from mixsuite.reporting.synthetic import RARITIES, rarity_of, size_notes
from mixsuite.reporting.tables import SPREAD_NOTE, Block, Cell, Column, Notes, Table, number, spread

TIDY_COLUMNS = [
    "artefact", "row", "distribution", "rarity", "metric", "predicted", "mean", "std", "seeds",
]  # fmt: skip
SPREAD_OF_PATCHES_NOTE = (
    "Spread of patches: standard deviation of y f over all training patches, features and noise, relative to its mean, "
    "at the last iteration; 0 where all patches count alike."
)
_OF_CLASS, _OF_ALL = ("feature_output", "class_accuracy"), ("test_accuracy", "activation_unevenness")


def measure_mixings(description: Description, results: Results) -> pd.DataFrame:
    """Return the measurements of every row and seed, at the last step.

    A row of a rarity class has its `feature_output` and `class_accuracy`, one of all patches the `test_accuracy` and
    the `activation_unevenness`, the standard deviation of the training patches' activation in % of its mean.
    """
    return measure_runs(description, lambda row, run: _values(row, results[row.id][run.seed]))


def tidy(description: Description, results: Results) -> pd.DataFrame:
    """Return a line per row and metric, with TIDY_COLUMNS."""
    lines = []
    for row in description.rows:
        runs = [results[row.id][run.seed] for run in row.runs]
        for metric in _metrics(row):
            values = [_values(row, run)[metric] for run in runs]
            predicted = _predicted(runs, "feature_output") if metric == "feature_output" else None
            line = [description.name, row.id, row.block, rarity_of(row), metric, predicted]
            lines.append([*line, mean(values), standard_deviation(values), len(values)])
    return pd.DataFrame(lines, columns=TIDY_COLUMNS)


def mixing_table(description: Description, results: Results) -> Table:
    """Return the table to read, a line per distribution."""
    notes = Notes()
    for note in (
        SPREAD_OF_PATCHES_NOTE,
        SPREAD_NOTE,
        *size_notes(description),
        environment_note(results),
        *description.footnotes,
    ):
        notes.add(note)
    classes = [name.lower() for name in RARITIES.values()]
    columns = (
        Column("Patches of the first image", numeric=False),
        *(Column(title, "Predicted") for title in ("c*", "features")),
        *(Column(name, "Feature output") for name in classes),
        *(Column(name, "Test accuracy") for name in (*classes, "all")),
        Column("Spread of patches (%)"),
        Column("Seeds"),
    )
    lines = tuple(_line(title, rows, results) for title, rows in description.blocks.items())
    return Table(description.heading, columns, (Block("", lines),), notes.collected(), stand_in_warning(description))


def _line(title: str, rows: Sequence[Row], results: Results) -> tuple[Cell, ...]:
    by_class = {rarity_of(row): row for row in rows}
    runs = [results[rows[0].id][run.seed] for run in rows[0].runs]

    def cell(rarity: str | None, metric: str) -> Cell:
        row = by_class.get(rarity)
        if row is None:
            return Cell("")
        values = [_values(row, results[row.id][run.seed])[metric] for run in row.runs]
        return Cell(spread(values, METRICS[metric].decimals))

    return (
        Cell(title),
        *(Cell(number(_predicted(runs, name), 3)) for name in ("uniform_activation", "feature_output")),
        *(cell(rarity, metric) for metric in _OF_CLASS for rarity in RARITIES),
        *(cell(None, metric) for metric in _OF_ALL),
        Cell(str(len(runs))),
    )


def _metrics(row: Row) -> tuple[str, ...]:
    return _OF_CLASS if rarity_of(row) else _OF_ALL


def _values(row: Row, run: Mapping[str, Any]) -> dict[str, float]:
    if rarity := rarity_of(row):
        return {metric: run[metric][rarity] for metric in _OF_CLASS}
    unevenness = 100 * run["activation_spread"] / run["activation_mean"]
    return {"test_accuracy": run["test_accuracy"], "activation_unevenness": unevenness}


def _predicted(runs: Sequence[Mapping[str, Any]], name: str) -> float:
    """Return what the theory says of `name`, the same for all seeds of a distribution."""
    return runs[0]["theory"][name]
