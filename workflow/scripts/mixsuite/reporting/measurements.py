"""The tidy file of an artefact's measurements, one line each; the score card reads nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mixsuite.files import write_text
from mixsuite.reporting.description import Description, Row, Run
from mixsuite.reporting.verdicts import Measured

COLUMNS = ["artefact", "row", "metric", "seed", "value", "run", "stand_in"]


@dataclass(frozen=True)
class Measurement:
    """A metric of one run of one row."""

    artefact: str
    row: str
    metric: str
    seed: int
    value: float
    run: str
    stand_in: bool


def measure(artefact: str, row: Row, run: Run, values: dict[str, float]) -> list[Measurement]:
    """Return a measurement per metric in `values`, of `run` in `row`."""
    return [
        Measurement(artefact, row.id, metric, run.seed, float(value), run.identity, row.stand_in)
        for metric, value in values.items()
    ]


def measure_runs(description: Description, values_of: Callable[[Row, Run], dict[str, float]]) -> pd.DataFrame:
    """Return the measurements of every run of every row, as a table: `values_of` gives a run's values by metric."""
    return measurement_table(
        measurement
        for row in description.rows
        for run in row.runs
        for measurement in measure(description.name, row, run, values_of(row, run))
    )


def derived_run(seed: int, rows: Iterable[Row]) -> Run:
    """Return the run under which a value is recorded that derives from the runs of several `rows` with `seed`."""
    return Run(seed, "+".join(run.identity for row in rows for run in row.runs if run.seed == seed))


def measurement_table(measurements: Iterable[Measurement]) -> pd.DataFrame:
    """Return the measurements as a table with COLUMNS; seeds are integers."""
    return pd.DataFrame([vars(each) for each in measurements], columns=COLUMNS).astype(
        {"seed": "int64", "value": "float64", "stand_in": "bool"}
    )


def write_frame(path: Path | str, table: pd.DataFrame) -> None:
    """Write `table` to `path` as CSV, atomically, numbers in full."""
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    write_text(path, text.getvalue())


def read_measurements(paths: Iterable[Path | str]) -> pd.DataFrame:
    """Return the measurements of several artefacts in one table with COLUMNS.

    Raises:
        ValueError: a file cannot be read, lacks a column, or holds text where numbers belong; the message names it.
    """
    tables = [measurement_table([])]
    for path in paths:
        table = _read_table(path)
        if len(table):
            tables.append(table[COLUMNS].astype({"stand_in": "bool"}))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _read_table(path: Path | str) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype={"artefact": str, "row": str, "metric": str, "run": str})
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read ({error}), expected measurements") from None
    for column in COLUMNS:
        if column not in table:
            raise ValueError(f"{path}: {column}: missing, expected the columns {', '.join(COLUMNS)}")
    for column in ("seed", "value"):
        text = table[column][pd.to_numeric(table[column], errors="coerce").isna() & table[column].notna()]
        if len(text):
            raise ValueError(f"{path}: {column}: found {text.iloc[0]!r}, expected a number")
    return table


def by_row(table: pd.DataFrame, metric: str) -> dict[str, Measured]:
    """Return what was measured of `metric`, by row; `table` holds one artefact's measurements."""
    chosen = table[table["metric"] == metric]
    return {
        row: Measured(dict(zip(group["seed"].tolist(), group["value"].tolist(), strict=True)), group["stand_in"].any())
        for row, group in chosen.groupby("row", sort=False)
    }
