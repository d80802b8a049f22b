"""The score card as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mixsuite.config.manifest import Manifest
from mixsuite.reporting.scorecard_view import VIEW_COLUMNS, citation, overview, view
from mixsuite.reporting.table_markdown import escape, markdown, markdown_grid
from mixsuite.reporting.tables import Block, Cell


def scorecard_markdown(scorecard: pd.DataFrame, manifests: Sequence[Manifest], scale: str, scale_title: str) -> str:
    """Return a count per verdict, the rule, and for each paper a table of its printed values and one of its claims."""
    parts = [markdown(overview(scorecard, scale, scale_title))]
    for manifest in manifests:
        parts.append(f"## {manifest.key}\n\n{escape(citation(manifest))}\n")
        of_paper = scorecard[scorecard["paper"] == manifest.key]
        for kind, lines in of_paper.groupby("kind", sort=False):
            block = Block("", tuple(tuple(Cell(text) for text in view(line)) for line in lines.itertuples()))
            parts.append(f"### {manifest.key}: {kind}s\n\n{markdown_grid(VIEW_COLUMNS, block)}\n")
    return "\n".join(parts)
