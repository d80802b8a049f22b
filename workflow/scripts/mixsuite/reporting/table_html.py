"""A table as HTML: a page of its own, or the table alone for a page that has more."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from mixsuite.reporting.html_page import page, warning
from mixsuite.reporting.tables import NOT_RUN_TEXT, Block, Cell, Column, Table


def html(table: Table) -> str:
    """Return `table` as a page: its title, a warning for stand-ins, all blocks under one heading, and the notes."""
    return page(table.title, f"{warning(table.warning)}{html_grid(table)}{html_notes(table)}")


def html_grid(table: Table) -> str:
    """Return the table itself, without title and notes: a grid for all blocks that have the same columns."""
    return "".join(_grid(columns, blocks) for columns, blocks in table.parts)


def html_notes(table: Table) -> str:
    """Return the notes below the table, a paragraph each."""
    marked = [(f"<sup>{escape(mark)}</sup> " if mark else "", text) for mark, text in table.notes]
    return "".join(f'<p class="note">{mark}{escape(text)}</p>\n' for mark, text in marked)


def alignment(column: Column) -> str:
    """Return the attribute that aligns the cells of `column`."""
    return ' class="number"' if column.numeric else ""


def _grid(columns: Sequence[Column], blocks: Sequence[Block]) -> str:
    lines = "".join(_block(columns, block) for block in blocks)
    return f'<div class="wide"><table>\n<thead>\n{_heading(columns)}</thead>\n{lines}</table></div>\n'


def _heading(columns: Sequence[Column]) -> str:
    titles = "".join(f"<th{alignment(column)}>{escape(column.title)}</th>" for column in columns)
    if not any(column.group for column in columns):
        return f"<tr>{titles}</tr>\n"
    groups = ""
    for group, members in groupby(columns, key=lambda column: column.group):
        look = ' class="group"' if group else ""
        groups += f'<th{look} colspan="{len(list(members))}">{escape(group)}</th>'
    return f"<tr>{groups}</tr>\n<tr>{titles}</tr>\n"


def _block(columns: Sequence[Column], block: Block) -> str:
    title = f'<tr><th class="block" colspan="{len(columns)}">{escape(block.title)}</th></tr>\n' if block.title else ""
    lines = "".join(
        "<tr>" + "".join(_cell(column, cell) for column, cell in zip(columns, line, strict=True)) + "</tr>\n"
        for line in block.lines
    )
    return f"<tbody>\n{title}{lines}</tbody>\n"


def _cell(column: Column, cell: Cell) -> str:
    text = escape(cell.text)
    text = f"<b>{text}</b>" if cell.best else text
    text = f'<span class="absent">{text}</span>' if cell.text == NOT_RUN_TEXT else text
    marks = f"<sup>{escape(','.join(cell.marks))}</sup>" if cell.marks else ""
    return f"<td{alignment(column)}>{text}{marks}</td>"
