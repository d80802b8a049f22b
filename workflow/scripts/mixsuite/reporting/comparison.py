"""Printed values beside rebuilt ones, row by row: as a tidy file and as a table to read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mixsuite.config.manifest import Printed
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import by_row
from mixsuite.reporting.quantities import Quantity
from mixsuite.reporting.statistics import mean, standard_deviation
from mixsuite.reporting.tables import (
    APPROXIMATE_SIGN,
    COPIED_SIGN,
    NOT_RUN_TEXT,
    RECALLED_SIGN,
    SPREAD_NOTE,
    Block,
    Cell,
    Column,
    Notes,
    Table,
    best_of,
    change,
)
from mixsuite.reporting.verdicts import Measured

TIDY_COLUMNS = [
    "artefact", "row", "label", "block", "metric", "unit", "printed", "printed_value", "origin", "source",
    "rebuilt_mean", "rebuilt_std", "seeds", "difference", "stand_in", "not_run",
]  # fmt: skip

BEST_NOTE = "Bold: best of its block, among the printed and among the rebuilt."
_BEST_REBUILT_NOTE = "Bold: best of its block."

LABELS = Column("Method", numeric=False)
"""The first column, with the rows' labels."""

_NOTHING = Measured({})


class Comparison:
    """Some quantities of an artefact, as printed and as measured."""

    def __init__(self, description: Description, measurements: pd.DataFrame, quantities: Sequence[Quantity]) -> None:
        """`measurements` are those of this artefact alone."""
        self.description = description
        self.quantities = tuple(quantities)
        self._measured = {quantity: by_row(measurements, quantity.measured) for quantity in quantities}

    def tidy(self) -> pd.DataFrame:
        """Return a line per row and quantity that was printed or rebuilt, with TIDY_COLUMNS."""
        lines = [
            self._tidy_line(row, quantity)
            for row in self.description.rows
            for quantity in self.quantities
            if quantity.printed in row.printed or self._of(row, quantity).values
        ]
        return pd.DataFrame(lines, columns=TIDY_COLUMNS).astype({"seeds": "int64"})

    def table(self, remarks: Sequence[str] = ()) -> Table:
        """Return the table to read; `remarks` stand below it, before the artefact's own footnotes.

        Per quantity it has the printed value, the rebuilt one (mean ± standard deviation over seeds) and, where that is
        no stand-in, their difference. The best of a block is bold; copied, approximate and recalled values are marked;
        a row without runs says `not run`, with the reason below.
        """
        notes = Notes()
        blocks = self.blocks(notes)
        best = BEST_NOTE if self.description.prints else _BEST_REBUILT_NOTE
        return artefact_table(self.description, self.columns(), blocks, notes, (best, *remarks))

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of the table to read."""
        return (
            LABELS,
            *(Column(title, each.heading) for each in self.quantities for title in self._shown(each)),
            Column("Seeds"),
        )

    def blocks(self, notes: Notes) -> tuple[Block, ...]:
        """Return the blocks of the table to read; what their marks point to goes into `notes`."""
        return tuple(Block(title, self._lines(rows, notes)) for title, rows in self.description.blocks.items())

    def _of(self, row: Row, quantity: Quantity) -> Measured:
        return self._measured[quantity].get(row.id, _NOTHING)

    def _shown(self, quantity: Quantity) -> list[str]:
        rows = self.description.rows
        if not any(quantity.printed in row.printed for row in rows):
            return ["rebuilt"]
        differences = [difference(row.printed.get(quantity.printed), self._of(row, quantity)) for row in rows]
        return ["printed", "rebuilt", *(["difference"] if any(each is not None for each in differences) else [])]

    def _lines(self, rows: Sequence[Row], notes: Notes) -> tuple[tuple[Cell, ...], ...]:
        labels = [Cell(row.label, marks=tuple(notes.mark(note) for note in row.notes)) for row in rows]
        columns = [column for quantity in self.quantities for column in self._columns(rows, quantity, notes)]
        of_seeds = [quantity for quantity in self.quantities if quantity.of_seeds]
        seeds = [max((len(self._of(row, quantity).values) for quantity in of_seeds), default=0) for row in rows]
        return tuple(zip(labels, *columns, [Cell(str(count or "")) for count in seeds], strict=True))

    def _columns(self, rows: Sequence[Row], quantity: Quantity, notes: Notes) -> list[list[Cell]]:
        metric = quantity.metric
        measured = [self._of(row, quantity) for row in rows]
        printed = [row.printed.get(quantity.printed) for row in rows]
        competes = [not quantity.is_defined(row.recipe) for row in rows]
        best_printed = best_of(
            [each.value if each and own else None for each, own in zip(printed, competes, strict=True)],
            metric.lower_is_better,
        )
        best = best_of(
            [mean(each.values) if each.values and own else None for each, own in zip(measured, competes, strict=True)],
            metric.lower_is_better,
        )
        cells = {
            "printed": [
                printed_cell(row, quantity, first, notes) for row, first in zip(rows, best_printed, strict=True)
            ],
            "rebuilt": [
                rebuilt_cell(row, quantity, each, first, notes)
                for row, each, first in zip(rows, measured, best, strict=True)
            ],
            "difference": [difference_cell(row, quantity, each) for row, each in zip(rows, measured, strict=True)],
        }
        return [cells[title] for title in self._shown(quantity)]

    def _tidy_line(self, row: Row, quantity: Quantity) -> list[object]:
        printed, measured = row.printed.get(quantity.printed), self._of(row, quantity)
        return [
            self.description.name,
            row.id,
            row.label,
            row.block,
            quantity.measured,
            quantity.metric.unit,
            printed.text if printed else None,
            printed.value if printed else None,
            (printed.origin or row.origin) if printed else None,
            (printed.source or row.source) if printed else None,
            mean(measured.values),
            standard_deviation(measured.values),
            len(measured.values),
            difference(printed, measured),
            row.stand_in,
            row.missing,
        ]


def difference(printed: Printed | None, measured: Measured) -> float | None:
    """Return the rebuilt mean minus the printed value; None for a stand-in, or where either is absent."""
    if printed is None or printed.value is None or measured.stand_in or not measured.values:
        return None
    return mean(measured.values) - printed.value


def stand_in_warning(description: Description) -> str:
    """Return what a reader must know before any number of a stand-in; nothing for an artefact at full size."""
    if not description.stand_in:
        return ""
    return (
        f"Stand-in, not the paper's experiment: {description.stand_in_note}. "
        "Rebuilt numbers are not comparable with printed ones."
    )


def artefact_table(
    description: Description,
    columns: tuple[Column, ...],
    blocks: tuple[Block, ...],
    notes: Notes,
    remarks: Sequence[str],
) -> Table:
    """Return the table of an artefact: its title, what warns of stand-ins, and below the `blocks` what explains them.

    That is what `notes` hold already, how spreads are meant, the `remarks`, how it was made, and its footnotes.
    """
    for note in (SPREAD_NOTE, *remarks, _shared(description), _made_at(description), *description.footnotes):
        notes.add(note)
    return Table(description.heading, columns, blocks, notes.collected(), stand_in_warning(description))


def _made_at(description: Description) -> str:
    return f"Scale: {description.scale} ({description.scale_title}). Protocol: {description.protocol}."


def _shared(description: Description) -> str:
    rows = [row.runs for row in description.rows if row.runs]
    return "Rows with the same stand-in show the same runs." if len(set(rows)) < len(rows) else ""


def printed_cell(row: Row, quantity: Quantity, best: bool, notes: Notes) -> Cell:
    """Return what the paper prints of `quantity` in `row`, marked with where it is from; empty where it prints none."""
    printed = row.printed.get(quantity.printed)
    if printed is None:
        return Cell("")
    marks = []
    if (printed.origin or row.origin) == "copied":
        source = printed.source or row.source or "another paper"
        marks.append(notes.mark(f"Copied by the paper from {source}.", COPIED_SIGN))
    if printed.approximate:
        marks.append(notes.mark("Read off a figure by eye.", APPROXIMATE_SIGN))
    if printed.inferred:
        marks.append(notes.mark(f"Inferred from {printed.source}; not printed as such."))
    if printed.recalled:
        marks.append(notes.mark("Recalled, unverified; no source at hand prints it.", RECALLED_SIGN))
    if printed.note:
        marks.append(notes.mark(printed.note))
    return Cell(printed.text, best, tuple(marks))


def rebuilt_cell(row: Row, quantity: Quantity, measured: Measured, best: bool, notes: Notes) -> Cell:
    """Return what was measured of `quantity` in `row`; where nothing was, why, or nothing where nothing is expected."""
    if measured.values:
        return Cell(quantity.text(measured.values), best)
    expected = quantity.printed is None or quantity.printed in row.printed
    if not (row.missing and expected):
        return Cell("")
    return Cell(NOT_RUN_TEXT, marks=(notes.mark(f"Not run: {row.missing}."),))


def difference_cell(row: Row, quantity: Quantity, measured: Measured) -> Cell:
    """Return the rebuilt mean minus the printed value with its sign; empty where there is no such difference."""
    found = difference(row.printed.get(quantity.printed), measured)
    return Cell("" if found is None else change(found, quantity.metric.decimals))
