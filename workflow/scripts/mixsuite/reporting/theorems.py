"""oh2024's Theorems 3.1 to 3.3 as a table: a line per clause and setting, predicted and measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mixsuite.config.metrics import METRICS
from mixsuite.patches.setting import Setting
from mixsuite.reporting.clauses import CLAUSES, Clause
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.results import Results
from mixsuite.reporting.statistics import Interval, count_seeds, mean, standard_deviation
from mixsuite.reporting.synthetic import size_notes
from mixsuite.reporting.tables import SPREAD_NOTE, Block, Cell, Column, Notes, Table, number, scientific_spread, spread

TIDY_COLUMNS = [
    "artefact", "row", "setting", "method", "clause", "statement", "metric", "predicted", "measured_mean",
    "measured_std", "since_iteration", "lowest", "highest", "holds", "seeds", "seeds_holding", "criterion",
]  # fmt: skip
HOLDS_NOTE = "Holds: judged by the mean over seeds; in parentheses, in how many single seeds."
QUANTITY_NOTE = (
    "Measured is what the clause speaks of: the share of samples fitted, the test accuracy, or the gradient norm."
)
_COLUMNS = (
    Column("Theorem", numeric=False),
    Column("It says", numeric=False, long=True),
    Column("Predicted"),
    Column("Measured"),
    Column("Since iteration"),
    Column("Seeds"),
    Column("Holds", numeric=False),
)


@dataclass(frozen=True)
class Finding:
    """A clause in one setting: the prediction, a value per seed, and the window of values that bear the clause out.

    `since` is the iteration from which on it holds in every seed, None where that was not followed or does not happen.
    """

    row: Row
    clause: Clause
    predicted: float
    values: tuple[float, ...]
    window: Interval | None
    since: int | None

    @property
    def holding(self) -> int:
        """In how many seeds it holds."""
        return sum(value in self.window for value in self.values) if self.window else 0

    @property
    def holds(self) -> str:
        """Whether it holds for the mean over seeds: `yes`, `no`, or `undefined` without a window."""
        if self.window is None:
            return "undefined"
        return "yes" if mean(self.values) in self.window else "no"

    @property
    def verdict(self) -> str:
        """Whether it holds, and in how many seeds, in words."""
        return f"{self.holds} ({self.holding} of {count_seeds(len(self.values))})" if self.window else self.holds


def measure_theorems(description: Description, results: Results) -> pd.DataFrame:
    """Return the measurements: the metrics that the clauses speak of, at the last iteration of every run."""
    metrics = dict.fromkeys(clause.metric for clause in CLAUSES)
    return measure_runs(
        description, lambda row, run: {metric: _value(results[row.id][run.seed], metric) for metric in metrics}
    )


def findings(description: Description, results: Results) -> list[Finding]:
    """Return what was found of each clause in each setting, in the order of the rows."""
    return [
        _finding(row, clause, results[row.id])
        for row in description.rows
        for clause in CLAUSES
        if clause.method == row.method and row.runs
    ]


def tidy(description: Description, found: list[Finding]) -> pd.DataFrame:
    """Return the findings with TIDY_COLUMNS."""
    lines = [
        [
            description.name,
            each.row.id,
            each.row.setting,
            each.row.method,
            each.clause.name,
            each.clause.statement,
            each.clause.metric,
            each.predicted,
            mean(each.values),
            standard_deviation(each.values),
            each.since,
            each.window.low if each.window else None,
            each.window.high if each.window else None,
            each.holds,
            len(each.values),
            each.holding,
            each.clause.criterion,
        ]
        for each in found
    ]
    return pd.DataFrame(lines, columns=TIDY_COLUMNS).astype({"since_iteration": "Int64"})


def theorem_table(description: Description, found: list[Finding], remarks: Sequence[str] = ()) -> Table:
    """Return the table to read: a block per setting; `remarks` stand below it, before the artefact's footnotes."""
    notes = Notes()
    blocks: dict[str, list[tuple[Cell, ...]]] = {}
    for each in found:
        blocks.setdefault(each.row.block, []).append(tuple(_line(each, notes)))
    for note in (QUANTITY_NOTE, HOLDS_NOTE, SPREAD_NOTE, *size_notes(description), *remarks, *description.footnotes):
        notes.add(note)
    return Table(
        title=description.heading,
        columns=_COLUMNS,
        blocks=tuple(Block(title, tuple(lines)) for title, lines in blocks.items()),
        notes=notes.collected(),
    )


def _finding(row: Row, clause: Clause, results: Mapping[int, Mapping[str, Any]]) -> Finding:
    setting = Setting.from_mapping(next(iter(results.values()))["specification"]["setting"])
    values = tuple(_value(results[seed], clause.metric) for seed in sorted(results))
    begun = [result.get(f"{clause.metric}_from_step") for result in results.values()]
    return Finding(
        row=row,
        clause=clause,
        predicted=clause.predicted(setting),
        values=values,
        window=clause.window(setting),
        since=None if None in begun else max(begun),
    )


def _line(found: Finding, notes: Notes) -> Iterator[Cell]:
    clause, decimals = found.clause, METRICS[found.clause.metric].decimals
    yield Cell(clause.name)
    yield Cell(clause.statement)
    yield Cell("0" if clause.scientific else number(found.predicted, decimals))
    yield Cell(scientific_spread(found.values) if clause.scientific else spread(found.values, decimals))
    yield Cell("" if found.since is None else f"{found.since:,}")
    yield Cell(str(len(found.values)))
    yield Cell(found.verdict, marks=(notes.mark(clause.criterion),))


def _value(result: Mapping[str, Any], metric: str) -> float:
    value = result[metric]
    return value["last"] if isinstance(value, Mapping) else value
