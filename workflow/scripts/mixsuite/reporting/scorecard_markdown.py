"""The score card as Markdown."""

from __future__ import annotations

import pandas as pd

from mixsuite.reporting.scorecard_view import VIEW_COLUMNS, overview, view
from mixsuite.reporting.table_markdown import markdown, markdown_grid
from mixsuite.reporting.tables import Block, Cell


def scorecard_markdown(scorecard: pd.DataFrame, scale: str, scale_title: str) -> str:
    """Return a count per verdict, the rule, and a table for each paper's printed values and for its claims."""
    parts = [markdown(overview(scorecard, scale, scale_title))]
    for (paper, kind), lines in scorecard.groupby(["paper", "kind"], sort=False):
        block = Block("", tuple(tuple(Cell(text) for text in view(line)) for line in lines.itertuples()))
        parts.append(f"## {paper}: {kind}s\n\n{markdown_grid(VIEW_COLUMNS, block)}\n")
    return "\n".join(parts)
