"""A table as Markdown, its columns aligned for whoever reads the source."""

from __future__ import annotations

from collections.abc import Sequence

from mixsuite.reporting.tables import Block, Cell, Column, Table

_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\|*`<>"} | {"\n": " "})


def markdown(table: Table) -> str:
    """Return `table` as GitHub's Markdown: a title, a warning for stand-ins, one table per block, and the notes."""
    parts = [f"# {escape(table.title)}"]
    if table.warning:
        parts.append(f"> **{escape(table.warning)}**")
    for block in table.blocks:
        if block.title:
            parts.append(f"## {escape(block.title)}")
        parts.append(markdown_grid(block.columns or table.columns, block))
    parts.extend(f"<sup>{mark}</sup> {escape(text)}" if mark else escape(text) for mark, text in table.notes)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return `text` with the signs that Markdown would read as markup made plain."""
    return text.translate(_ESCAPED)


def markdown_grid(columns: Sequence[Column], block: Block) -> str:
    """Return the lines of `block` as one Markdown table; the block's title is not in it."""
    cells = [[escape(column.heading) for column in columns], *([_cell(cell) for cell in line] for line in block.lines)]
    widths = [max(3, *(len(line[index]) for line in cells)) for index in range(len(columns))]
    heading, *lines = [[_pad(*each) for each in zip(line, columns, widths, strict=True)] for line in cells]
    rule = [
        "-" * (width - column.numeric) + ":" * column.numeric for column, width in zip(columns, widths, strict=True)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heading, rule, *lines])


def _pad(text: str, column: Column, width: int) -> str:
    return text.rjust(width) if column.numeric else text.ljust(width)


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    bold = f"**{text}**" if cell.best else text
    return bold + (f"<sup>{','.join(cell.marks)}</sup>" if cell.marks else "")
