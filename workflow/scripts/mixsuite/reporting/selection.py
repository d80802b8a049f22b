"""A setting chosen among several by its error: on the test images that it is then judged on, or on half of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mixsuite.reporting.classification_table import measure_classification
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import Measurement, derived_run, measure, measurement_table
from mixsuite.reporting.results import Results
from mixsuite.reporting.statistics import common_seeds, mean

HALVES = ("even", "odd")
"""The test images with an even and with an odd place in their split, counted from 0."""


@dataclass(frozen=True)
class Selection:
    """What was chosen for `row` among the rows that it names, and its error (%) by seed.

    `on_test` has the lowest mean error over seeds, each at its best epoch, all on the whole test set. `on_half` has, by
    the half that it was chosen on, the lowest mean error of the last epoch.
    """

    row: Row
    on_test: Row
    on_half: Mapping[str, Row]
    best_top1_error: Mapping[int, float]
    held_out_top1_error: Mapping[int, float]


def select(description: Description, results: Results) -> dict[str, Selection]:
    """Return what is chosen for each row that shows the best of others, by row id; rows that were not run have none.

    Raises:
        ValueError: the result of a run lacks a value.
    """
    rows = {row.id: row for row in description.rows}
    chosen = {row.id: _select(row, [rows[each] for each in row.best_of], results) for row in rows.values()}
    return {name: selection for name, selection in chosen.items() if selection}


def measure_selection(description: Description, results: Results) -> pd.DataFrame:
    """Return the measurements of all runs, and per seed the errors of what was chosen.

    A row that shows the best of others has `best_top1_error`, of what was chosen on the test set as the paper chose it,
    and `held_out_top1_error`: of what was chosen on one half of the test images, on the other half, last epoch, and
    both ways round averaged. One choice is made for all seeds. Its `run` names the runs behind it.

    Raises:
        ValueError: the result of a run lacks a value.
    """
    selections = select(description, results).values()
    derived = measurement_table(each for selection in selections for each in _measurements(description, selection))
    return pd.concat([measure_classification(description, results), derived], ignore_index=True)


def _select(row: Row, candidates: list[Row], results: Results) -> Selection | None:
    seeds = common_seeds([results[candidate.id] for candidate in candidates])
    if row.missing or not seeds:
        return None

    def errors(candidate: Row, epoch: str, name: str) -> dict[int, float]:
        runs = {run.seed: run.identity for run in candidate.runs}
        return {seed: _error(results[candidate.id][seed], epoch, name, runs[seed]) for seed in seeds}

    def lowest(epoch: str, name: str) -> Row:
        # The first of those that tie, in the order in which the manifest names them.
        return min(candidates, key=lambda candidate: mean(list(errors(candidate, epoch, name).values())))

    on_test = lowest("best", "top1_error")
    on_half = {half: lowest("last", f"top1_error_{half}") for half in HALVES}
    judged = [
        errors(on_half[half], "last", f"top1_error_{other}") for half, other in zip(HALVES, HALVES[::-1], strict=True)
    ]
    return Selection(
        row=row,
        on_test=on_test,
        on_half=on_half,
        best_top1_error=errors(on_test, "best", "top1_error"),
        held_out_top1_error={seed: mean([each[seed] for each in judged]) for seed in seeds},
    )


def _error(run: Mapping[str, Any], epoch: str, name: str, identity: str) -> float:
    try:
        return run[epoch][name]
    except KeyError as error:
        raise ValueError(f"run {identity}: {error.args[0]}: missing, expected the result of a training") from None


def _measurements(description: Description, selection: Selection) -> Iterator[Measurement]:
    halves = {row.id: row for row in selection.on_half.values()}.values()
    for metric, by_seed, chosen in (
        ("best_top1_error", selection.best_top1_error, [selection.on_test]),
        ("held_out_top1_error", selection.held_out_top1_error, halves),
    ):
        for seed, value in by_seed.items():
            yield from measure(description.name, selection.row, derived_run(seed, chosen), {metric: value})
