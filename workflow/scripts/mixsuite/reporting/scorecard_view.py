"""What a reader of the score card sees, before it becomes Markdown or HTML."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from mixsuite.config.manifest import Manifest
from mixsuite.reporting.scorecard import CLAIM, count_verdicts
from mixsuite.reporting.tables import Block, Cell, Column, Table
from mixsuite.reporting.verdicts import NOT_RUN, RULE, STAND_IN

VIEW_COLUMNS = (
    Column("Artefact", numeric=False),
    Column("Where", numeric=False),
    Column("What", numeric=False),
    Column("Metric", numeric=False),
    Column("Printed"),
    Column("Rebuilt"),
    Column("Seeds"),
    Column("Verdict", numeric=False),
    Column("Reason", numeric=False),
    Column("Origin", numeric=False),
)


def overview(scorecard: pd.DataFrame, scale: str, scale_title: str) -> Table:
    """Return the count of lines per verdict, with the rule as its notes."""
    counts = count_verdicts(scorecard)
    lines = tuple((Cell(verdict), *(Cell(str(count)) for count in row)) for verdict, *row in counts.itertuples())
    return Table(
        title=f"Score card, scale {scale}: {scale_title}",
        columns=(
            Column("Verdict", numeric=False),
            *(Column(kind.capitalize()) for kind in counts.columns),
        ),
        blocks=(Block("", lines),),
        notes=tuple(("", paragraph) for paragraph in RULE),
    )


def citation(manifest: Manifest) -> str:
    """Return authors, title and venue of a paper."""
    return f"{manifest.authors}: {manifest.title}. {manifest.venue}."


def view(line: Any) -> tuple[str, ...]:
    """Return a line of the score card (a named tuple) as texts under VIEW_COLUMNS."""
    return (
        line.artefact,
        line.where,
        line.what,
        f"{line.metric} ({line.unit})" if line.unit else line.metric,
        line.printed,
        _rebuilt(line),
        str(line.seeds or ""),
        _shown_verdict(line),
        line.reason,
        line.origin,
    )


def _shown_verdict(line: Any) -> str:
    """Return the verdict; a claim that a stand-in bears out, or not, says so."""
    tested = line.kind == CLAIM and line.stand_in and line.verdict not in (NOT_RUN, STAND_IN)
    return f"{line.verdict} (stand-in)" if tested else line.verdict


def _rebuilt(line: Any) -> str:
    if math.isnan(line.rebuilt_mean):
        return ""
    deviation = "" if math.isnan(line.rebuilt_std) else f" ± {line.rebuilt_std:.2g}"
    return f"{line.rebuilt_mean:.4g}{deviation}"
