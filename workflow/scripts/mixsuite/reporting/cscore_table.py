"""oh2024's table of the C-scores of misclassified images: mean and quartiles per method, and their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import pandas as pd

from mixsuite.config.metrics import METRICS
from mixsuite.reporting.comparison import artefact_table
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.networks import rows_by_block
from mixsuite.reporting.results import Results
from mixsuite.reporting.statistics import mean, mean_interval, paired_differences
from mixsuite.reporting.tables import NOT_RUN_TEXT, Block, Cell, Column, Notes, Table, change, number, spread

STATISTICS = {"mean": "Mean", "q1": "Q1", "q2": "Q2 (median)", "q3": "Q3"}
"""What rows show, the ends of their ids, and how it is called."""

_DECIMALS = METRICS["score"].decimals
_NETWORKS = "Misclassified by"
_ALL = "All held-out images"
_METHOD = Column("Method", numeric=False)
_SCORES = tuple(Column(title, "C-score") for title in STATISTICS.values())
_COLUMNS = (_METHOD, *_SCORES, Column("Images"), Column("Accuracy (%)"), Column("Seeds"))
_DIFFERENCES = (Column("Difference", numeric=False), *_SCORES, Column("Seeds"))
REMARKS = (
    "Each network is trained on a part of the training images. All numbers are of the rest, and the C-scores of those "
    "of them that it misclassifies; the lower a C-score, the less regular the image. Quartiles interpolate.",
    "Differences are paired by seed, which shares the part: mean, and in brackets the 95 % t interval of the mean.",
)


def statistic_of(row: Row) -> str:
    """Return the statistic that a row shows, with which its id ends, as in `cutmix/q1`.

    Raises:
        ValueError: it does not.
    """
    statistic = row.id.rpartition("/")[2]
    if statistic not in STATISTICS:
        raise ValueError(f"rows: found the id {row.id!r}, expected one that ends with one of {', '.join(STATISTICS)}")
    return statistic


def measure_cscores(description: Description, networks: Results) -> pd.DataFrame:
    """Return `score`, the row's statistic, of every row and seed; with the mean also the `accuracy` in % on the rest.

    Raises:
        ValueError: the id of a row ends with no statistic.
    """
    return measure_runs(description, lambda row, run: _values(statistic_of(row), networks[row.id][run.seed]))


def cscore_table(description: Description, networks: Results) -> Table:
    """Return the table to read: a line per method, one for all held-out images, and the methods' differences."""
    notes, shown = Notes(), rows_by_block(description)
    by_method = {title: networks[row.id] for title, row in shown.items()}
    lines = [_line(title, by_method.get(title), rows, notes) for title, rows in description.blocks.items()]
    # The rest is the same for all methods of a seed.
    lines.append((Cell(_ALL), *_statistics([each["rest"] for each in _of_seeds(next(iter(by_method.values())))])))
    blocks = [Block(_NETWORKS, tuple(_padded(line, _COLUMNS) for line in lines))]
    if len(by_method) > 1:
        pairs = combinations(reversed(by_method), 2)
        differences = tuple(_difference(first, second, by_method) for first, second in pairs)
        blocks.append(Block("Differences", differences, _DIFFERENCES))
    # The rows of a method show the same networks: here they are one line.
    lines_alone = tuple(rows[0] for rows in description.blocks.values())
    return artefact_table(replace(description, rows=lines_alone), _COLUMNS, tuple(blocks), notes, REMARKS)


def _values(statistic: str, network: Mapping[str, Any]) -> dict[str, float]:
    score = {"score": network["misclassified"][statistic]}
    return score | ({"accuracy": network["accuracy"]} if statistic == "mean" else {})


def _line(title: str, networks: Mapping[int, Any] | None, rows: list[Row], notes: Notes) -> tuple[Cell, ...]:
    if networks is None:
        why = next((row.missing for row in rows if row.missing), "no run of this version gives this row")
        return Cell(title), Cell(NOT_RUN_TEXT, marks=(notes.mark(f"Not run: {why}."),))
    found = _of_seeds(networks)
    missed = [each["misclassified"] for each in found]
    return (
        Cell(title),
        *_statistics(missed),
        Cell(f"{spread([each['accuracy'] for each in found], METRICS['accuracy'].decimals)}"),
        Cell(str(len(found))),
    )


def _statistics(scores: Sequence[Mapping[str, float]]) -> list[Cell]:
    cells = [Cell(spread([each[statistic] for each in scores], _DECIMALS)) for statistic in STATISTICS]
    counts = {each["n"] for each in scores}
    return [*cells, Cell(str(counts.pop()) if len(counts) == 1 else spread([each["n"] for each in scores], 0))]


def _difference(first: str, second: str, by_method: Mapping[str, Mapping[int, Any]]) -> tuple[Cell, ...]:
    cells, seeds = [], 0
    for statistic in STATISTICS:
        one, other = (
            {seed: found["misclassified"][statistic] for seed, found in by_method[method].items()}
            for method in (first, second)
        )
        differences = paired_differences(one, other)
        seeds = len(differences)
        cells.append(Cell(_with_interval(differences)))
    return (Cell(f"{first} − {second}"), *cells, Cell(str(seeds)))


def _with_interval(differences: list[float]) -> str:
    if len(differences) < 2:
        return change(mean(differences), _DECIMALS) if differences else ""
    interval = mean_interval(differences)
    ends = ", ".join(number(end, _DECIMALS) for end in (interval.low, interval.high))
    return f"{change(mean(differences), _DECIMALS)} [{ends}]"


def _of_seeds(networks: Mapping[int, Any]) -> list[Any]:
    return [networks[seed] for seed in sorted(networks)]


def _padded(line: tuple[Cell, ...], columns: tuple[Column, ...]) -> tuple[Cell, ...]:
    return (*line, *[Cell("")] * (len(columns) - len(line)))
