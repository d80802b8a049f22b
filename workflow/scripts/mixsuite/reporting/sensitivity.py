"""How much an error depends on a setting: the standard deviation of the errors with each of its values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from mixsuite.reporting.classification_table import (
    LAST_EPOCH,
    classification_remarks,
    compare_classification,
    measure_classification,
)
from mixsuite.reporting.comparison import (
    BEST_NOTE,
    LABELS,
    Comparison,
    artefact_table,
    difference,
    difference_cell,
    printed_cell,
    rebuilt_cell,
)
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import by_row, derived_run, measure, measurement_table
from mixsuite.reporting.quantities import as_printed
from mixsuite.reporting.results import Results
from mixsuite.reporting.statistics import common_seeds, mean, standard_deviation
from mixsuite.reporting.tables import Block, Cell, Column, Notes, Table, number
from mixsuite.reporting.verdicts import Measured

ERROR = as_printed("top1_error")
DEVIATION = as_printed("std_of_row")
REMARKS = (
    "Standard deviations over a row: of the errors (best epochs) of runs with the same seed, one per setting, and then "
    "mean ± standard deviation of these over seeds. The paper has one run per setting, so that this is what its Std is "
    "held against. The deviation of the errors' means over seeds is another quantity: it holds less of the chance that "
    "differs from run to run, the less the more seeds there are.",
)
_LOWER = "Standard deviation over the settings (points)"
_RUNS, _MEANS = "rebuilt, of runs with one seed", "rebuilt, of mean errors"
_PRINTED = "of the printed errors"
_NOTHING = Measured({})


def measure_sensitivity(description: Description, results: Results) -> pd.DataFrame:
    """Return the measurements of all runs, and per seed the `std_of_row` (in points) of rows that show a deviation.

    It is the standard deviation (n - 1 in the denominator) of the named rows' errors at their best epochs, all of runs
    with that seed. A row that names one without runs has none. Its `run` names the runs behind it.

    Raises:
        ValueError: the result of a run lacks a value.
    """
    measured = measure_classification(description, results)
    rows = {row.id: row for row in description.rows}
    errors = by_row(measured, ERROR.measured)
    derived = measurement_table(
        measurement
        for row in rows.values()
        for seed, values in _errors_by_seed(row.deviation_of, errors).items()
        for measurement in measure(
            description.name,
            row,
            derived_run(seed, [rows[each] for each in row.deviation_of]),
            {DEVIATION.measured: standard_deviation(values)},
        )
    )
    return pd.concat([measured, derived], ignore_index=True)


class Sensitivity:
    """What an artefact prints of errors and their standard deviations, beside what was measured."""

    def __init__(self, description: Description, measurements: pd.DataFrame) -> None:
        """`measurements` are those of this artefact (see `measure_sensitivity`)."""
        self._description = description
        self._measurements = measurements
        self._rows = {row.id: row for row in description.rows}
        self._errors = by_row(measurements, ERROR.measured)
        self._deviations = by_row(measurements, DEVIATION.measured)
        # Where every deviation is a stand-in or was not run, there is none.
        self._differ = any(
            difference(row.printed.get(DEVIATION.printed), self._deviations.get(row.id, _NOTHING)) is not None
            for row in description.rows
        )

    def tidy(self) -> pd.DataFrame:
        """Return a line per row and quantity that was printed or rebuilt, with comparison.TIDY_COLUMNS."""
        return Comparison(self._description, self._measurements, [ERROR, DEVIATION, LAST_EPOCH]).tidy()

    def table(self, remarks: Sequence[str] = ()) -> Table:
        """Return the table to read: the errors, and below them their deviations with n - 1 and n."""
        notes = Notes()
        plain = tuple(row for row in self._description.rows if not row.deviation_of)
        errors = compare_classification(replace(self._description, rows=plain), self._measurements)
        blocks = (*errors.blocks(notes), Block(_LOWER, self._deviation_lines(notes), self._deviation_columns()))
        remarks = (BEST_NOTE, *classification_remarks(self._description), *REMARKS, *remarks)
        return artefact_table(self._description, errors.columns(), blocks, notes, remarks)

    def _deviation_columns(self) -> tuple[Column, ...]:
        return (
            LABELS,
            Column("printed"),
            *_both_columns(_PRINTED),
            *_both_columns(_RUNS),
            *([Column("difference", _RUNS)] if self._differ else []),
            *_both_columns(_MEANS),
            Column("Seeds"),
        )

    def _deviation_lines(self, notes: Notes) -> tuple[tuple[Cell, ...], ...]:
        return tuple(tuple(self._deviation_line(row, notes)) for row in self._description.rows if row.deviation_of)

    def _deviation_line(self, row: Row, notes: Notes) -> Iterator[Cell]:
        measured = self._deviations.get(row.id, _NOTHING)
        yield Cell(row.label, marks=tuple(notes.mark(note) for note in row.notes))
        yield printed_cell(row, DEVIATION, False, notes)
        yield from _both_ways(self._printed_errors(row))
        yield rebuilt_cell(row, DEVIATION, measured, False, notes)
        yield Cell(DEVIATION.text([value * _population(len(row.deviation_of)) for value in measured.values]))
        if self._differ:
            yield difference_cell(row, DEVIATION, measured)
        yield from _both_ways(self._mean_errors(row) if measured.values else [])
        yield Cell(str(len(measured.values) or ""))

    def _printed_errors(self, row: Row) -> list[float]:
        printed = [self._rows[name].printed.get(ERROR.printed) for name in row.deviation_of]
        values = [each.value for each in printed if each and each.value is not None]
        return values if len(values) == len(printed) else []

    def _mean_errors(self, row: Row) -> list[float]:
        return [mean(self._errors[name].values) for name in row.deviation_of]


def _errors_by_seed(names: Sequence[str], errors: Mapping[str, Measured]) -> dict[int, list[float]]:
    by_seed = [errors[name].by_seed if name in errors else {} for name in names]
    return {seed: [each[seed] for each in by_seed] for seed in common_seeds(by_seed)}


def _both_columns(group: str) -> list[Column]:
    return [Column(title, group) for title in ("n − 1", "n")]


def _both_ways(values: Sequence[float]) -> list[Cell]:
    if len(values) < 2:
        return [Cell(""), Cell("")]
    deviation, decimals = standard_deviation(values), DEVIATION.metric.decimals
    return [Cell(number(each, decimals)) for each in (deviation, deviation * _population(len(values)))]


def _population(count: int) -> float:
    """Return what turns a standard deviation with n - 1 in the denominator into one with n."""
    return math.sqrt((count - 1) / count)
