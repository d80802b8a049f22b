"""Markdown of the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mixsuite.reporting.table_markdown import markdown_grid
from mixsuite.reporting.tables import Block, Cell, Column


def grid(headings: Sequence[str], lines: Sequence[Sequence[str]], numeric: Collection[int] = ()) -> str:
    """Return a table of `lines` of texts; columns at the places `numeric` are aligned right."""
    columns = tuple(Column(heading, numeric=place in numeric) for place, heading in enumerate(headings))
    block = Block("", tuple(tuple(Cell(text) for text in line) for line in lines))
    return markdown_grid(columns, block)
