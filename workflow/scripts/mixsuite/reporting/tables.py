"""What a table is made of, before it becomes Markdown, LaTeX or HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from mixsuite.reporting.statistics import mean, standard_deviation

COPIED_SIGN = "†"
APPROXIMATE_SIGN = "‡"
RECALLED_SIGN = "§"
NOT_RUN_TEXT = "not run"
SPREAD_NOTE = "Measured values: mean ± standard deviation (n − 1) over seeds."


@dataclass(frozen=True)
class Cell:
    """A cell's text, whether it is the best of its block, and the marks of the notes that it points to."""

    text: str
    best: bool = False
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column's heading; neighbours of one `group` share a heading above theirs.

    Numbers are aligned right. A column of `long` texts may break them into lines.
    """

    title: str
    group: str = ""
    numeric: bool = True
    long: bool = False

    @property
    def heading(self) -> str:
        """The heading on one line, for tables that have only one."""
        return f"{self.group}: {self.title}" if self.group else self.title


@dataclass(frozen=True)
class Block:
    """Lines of a table under a title of their own; the best of a block are compared within it alone.

    A block that shows other things than the rest of the table has `columns` of its own.
    """

    title: str
    lines: tuple[tuple[Cell, ...], ...]
    columns: tuple[Column, ...] | None = None


@dataclass(frozen=True)
class Table:
    """A table with its title, a warning where it shows stand-ins, and the notes below it (mark, or none, and text)."""

    title: str
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    notes: tuple[tuple[str, str], ...] = ()
    warning: str = ""

    @property
    def parts(self) -> list[tuple[tuple[Column, ...], list[Block]]]:
        """The blocks in their order, neighbours with the same columns together, each time with these columns."""
        together = groupby(self.blocks, key=lambda block: block.columns or self.columns)
        return [(columns, list(blocks)) for columns, blocks in together]


@dataclass
class Notes:
    """Collects notes below a table and hands out their marks: the same text has the same mark everywhere."""

    _marks: dict[str, str] = field(default_factory=dict)
    _plain: dict[str, None] = field(default_factory=dict)

    def mark(self, text: str, sign: str = "") -> str:
        """Return the mark of the note `text`: the next free letter, or `sign` with the next number of its own."""
        if text not in self._marks:
            taken = sum(mark.startswith(sign) if sign else mark.isalpha() for mark in self._marks.values())
            self._marks[text] = f"{sign}{taken + 1}" if sign else _letter(taken)
        return self._marks[text]

    def add(self, text: str) -> None:
        """Add a note that no cell points to."""
        if text:
            self._plain[text] = None

    def collected(self) -> tuple[tuple[str, str], ...]:
        """Return all notes as mark and text: those with a sign, then those with a letter, then those without a mark."""
        marked = sorted(((mark, text) for text, mark in self._marks.items()), key=lambda note: note[0].isalpha())
        return (*marked, *(("", text) for text in self._plain))


def spread(values: Sequence[float], decimals: int) -> str:
    """Return `mean ± standard deviation`; the mean alone for one value, nothing for none."""
    if not values:
        return ""
    deviation = standard_deviation(values)
    text = number(mean(values), decimals)
    return text if math.isnan(deviation) else f"{text} ± {number(deviation, decimals)}"


def scientific_spread(values: Sequence[float]) -> str:
    """Return `mean ± standard deviation` with one decimal and a power of ten, for values that span magnitudes."""
    parts = [mean(values), *([standard_deviation(values)] if len(values) > 1 else [])]
    return " ± ".join(f"{part:.1e}" for part in parts)


def number(value: float, decimals: int) -> str:
    """Return `value` with `decimals`, and never `-0.00`."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def change(value: float, decimals: int) -> str:
    """Return `value` with its sign."""
    text = number(value, decimals)
    return text if float(text) <= 0 else f"+{text}"


def best_of(values: Sequence[float | None], lower_is_better: bool | None) -> list[bool]:
    """Return which values are best (ties all); none where the direction is unknown or there is nothing to compare."""
    known = [value for value in values if value is not None]
    if lower_is_better is None or len(known) < 2:
        return [False] * len(values)
    best = min(known) if lower_is_better else max(known)
    return [value == best for value in values]


def _letter(index: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[index % 26] * (index // 26 + 1)
