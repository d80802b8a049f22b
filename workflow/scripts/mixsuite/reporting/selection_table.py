"""The table of what is chosen among several settings: on the test images, as the paper chose, and on half of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from mixsuite.reporting.classification_table import LAST_EPOCH
from mixsuite.reporting.comparison import (
    LABELS,
    Comparison,
    artefact_table,
    difference_cell,
    printed_cell,
    rebuilt_cell,
)
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import by_row
from mixsuite.reporting.quantities import Quantity, as_printed
from mixsuite.reporting.selection import HALVES, Selection
from mixsuite.reporting.statistics import mean
from mixsuite.reporting.tables import Block, Cell, Column, Notes, Table, best_of
from mixsuite.reporting.verdicts import Measured

ON_TEST = as_printed("top1_error")
CANDIDATE = Quantity(ON_TEST.measured, None)
HELD_OUT = Quantity("held_out_top1_error", None)
REMARKS = (
    "Best on the test set: as the paper chose, the setting with the lowest mean error over seeds, each seed at its "
    "best epoch. Choice, epoch and error come from the same test images, so that this error flatters. Printed errors "
    "are held against it.",
    "Chosen on the other half: the setting with the lowest mean error on the test images with an even place, judged on "
    "those with an odd place, and the other way round; shown is the mean of both errors, and where the choices differ, "
    "that on even places first. All of the last epoch, so that no image takes part in a choice that it then judges.",
    "Bold above: lowest of its column. Bold below: lowest of its line, which the paper's rule chooses.",
)
_NOTHING = Measured({})


class SelectionTable:
    """What an artefact prints of rows that show the best of others, beside what was measured and chosen."""

    def __init__(
        self, description: Description, measurements: pd.DataFrame, selections: Mapping[str, Selection]
    ) -> None:
        """`measurements` and `selections` are those of this artefact (see `mixsuite.reporting.selection`).

        Raises:
            ValueError: a row has no place in the table.
        """
        self._description = description
        self._selections = selections
        self._comparison = Comparison(description, measurements, [ON_TEST, LAST_EPOCH, HELD_OUT])
        self._measured = {each: by_row(measurements, each.measured) for each in (ON_TEST, CANDIDATE, HELD_OUT)}
        by_id = {row.id: row for row in description.rows}
        self._rows = [row for row in description.rows if row.best_of]
        self._candidates = [[by_id[candidate] for candidate in row.best_of] for row in self._rows]
        self._baselines = [by_id[row.baseline] for row in self._rows if row.baseline]
        self._settings = {
            row.id: setting
            for candidates in self._candidates
            for row, setting in zip(candidates, _settings(candidates), strict=True)
        }
        self._check_places()

    def tidy(self) -> pd.DataFrame:
        """Return a line per row and quantity that was printed or rebuilt, with comparison.TIDY_COLUMNS."""
        return self._comparison.tidy()

    def table(self, remarks: Sequence[str] = ()) -> Table:
        """Return the table to read: what was chosen, beside each row's baseline; below it all that could be."""
        notes = Notes()
        blocks = (
            Block("", self._chosen_lines(notes)),
            Block("All settings: top-1 error, best epoch (%)", self._candidate_lines(notes), self._all_columns()),
        )
        return artefact_table(self._description, self._columns(), blocks, notes, (*REMARKS, *remarks))

    def _columns(self) -> tuple[Column, ...]:
        beside = [Column(title, f"{row.block} (%)") for row in self._baselines[:1] for title in ("printed", "rebuilt")]
        on_test = f"{self._rows[0].block}: best on the test set, best epoch (%)"
        held_out = "Chosen on the other half, last epoch (%)"
        return (
            LABELS,
            *beside,
            *(Column(title, on_test) for title in ("printed", "rebuilt", *["difference"] * bool(self._differences()))),
            Column("chosen", on_test, numeric=False),
            Column("rebuilt", held_out),
            Column("chosen", held_out, numeric=False),
            Column("Seeds"),
        )

    def _chosen_lines(self, notes: Notes) -> tuple[tuple[Cell, ...], ...]:
        columns = [
            [Cell(row.label, marks=tuple(notes.mark(note) for note in row.notes)) for row in self._rows],
            *(self._pair(self._baselines, notes) if self._baselines else []),
            *self._pair(self._rows, notes),
            *self._differences(),
            [Cell(self._on_test(row)) for row in self._rows],
            self._rebuilt(self._rows, HELD_OUT, notes),
            [Cell(self._on_halves(row)) for row in self._rows],
            [Cell(str(len(self._of(row, ON_TEST).values) or "")) for row in self._rows],
        ]
        return tuple(zip(*columns, strict=True))

    def _pair(self, rows: Sequence[Row], notes: Notes) -> list[list[Cell]]:
        printed = [row.printed[ON_TEST.printed].value if ON_TEST.printed in row.printed else None for row in rows]
        best = best_of(printed, ON_TEST.metric.lower_is_better)
        return [
            [printed_cell(row, ON_TEST, first, notes) for row, first in zip(rows, best, strict=True)],
            self._rebuilt(rows, ON_TEST, notes),
        ]

    def _differences(self) -> list[list[Cell]]:
        """Return the column of differences; no column where every row is a stand-in or was not run."""
        cells = [difference_cell(row, ON_TEST, self._of(row, ON_TEST)) for row in self._rows]
        return [cells] if any(cell.text for cell in cells) else []

    def _rebuilt(self, rows: Sequence[Row], quantity: Quantity, notes: Notes) -> list[Cell]:
        measured = [self._of(row, quantity) for row in rows]
        best = best_of(
            [mean(each.values) if each.values else None for each in measured], quantity.metric.lower_is_better
        )
        return [
            rebuilt_cell(row, quantity, each, first, notes)
            for row, each, first in zip(rows, measured, best, strict=True)
        ]

    def _of(self, row: Row, quantity: Quantity) -> Measured:
        return self._measured[quantity].get(row.id, _NOTHING)

    def _on_test(self, row: Row) -> str:
        return self._settings[self._selections[row.id].on_test.id] if row.id in self._selections else ""

    def _on_halves(self, row: Row) -> str:
        if row.id not in self._selections:
            return ""
        chosen = [self._settings[self._selections[row.id].on_half[half].id] for half in HALVES]
        return "; ".join(dict.fromkeys(chosen))

    def _all_columns(self) -> tuple[Column, ...]:
        settings = (self._settings[candidate.id] for candidate in self._candidates[0])
        return (LABELS, *(Column(setting) for setting in settings))

    def _candidate_lines(self, notes: Notes) -> tuple[tuple[Cell, ...], ...]:
        return tuple(
            (Cell(row.label), *self._rebuilt(candidates, CANDIDATE, notes))
            for row, candidates in zip(self._rows, self._candidates, strict=True)
        )

    def _check_places(self) -> None:
        shown = {row.id for rows in (self._rows, self._baselines, *self._candidates) for row in rows}
        for row in self._description.rows:
            if row.id not in shown:
                raise ValueError(f"row {row.id}: found neither best_of nor a row whose candidate or baseline it is")
        if len(self._baselines) not in (0, len(self._rows)):
            raise ValueError(f"baseline: found {len(self._baselines)} in {len(self._rows)} rows, expected all or none")
        settings = {tuple(self._settings[candidate.id] for candidate in each) for each in self._candidates}
        if len(settings) != 1:
            raise ValueError(f"best_of: found rows with {len(settings)} different lists of settings, expected one list")


def _settings(candidates: Sequence[Row]) -> list[str]:
    """Return what tells the candidates apart: of `K = 2, α = 1`, `α = 1` where the others also say `K = 2`."""
    parts = [candidate.label.split(", ") for candidate in candidates]
    return [", ".join(part for part in own if not all(part in other for other in parts)) for own in parts]
