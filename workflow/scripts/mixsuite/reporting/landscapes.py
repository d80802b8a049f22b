"""What was measured of the loss around the trained networks behind an artefact."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mixsuite.catalog.runs import identity
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.results import read_result

Landscapes = dict[str, dict[int, dict[str, Any]]]
"""The content of each landscape (see mixsuite.landscape.measurement), by row and seed."""


def landscape_settings(artefact: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of an artefact's landscapes, but for their `run`, from the catalog's description of it.

    Raises:
        ValueError: it has none.
    """
    if not artefact.get("landscape"):
        raise ValueError("--artefact: landscape: missing, expected the settings of the landscapes to show")
    return artefact["landscape"]


def read_landscapes(description: Description, settings: Mapping[str, Any], folder: Path | str) -> Landscapes:
    """Return the landscape of every run; one that several rows show is read once.

    `settings` are a landscape's but for its `run`; together they have the identity that names the file in `folder`.

    Raises:
        ValueError: a landscape is missing, or is another one.
    """
    names = {run.identity: identity({**settings, "run": run.identity}) for row in description.rows for run in row.runs}
    read = {run: read_result(Path(folder) / f"{name}.json", name) for run, name in names.items()}
    return {row.id: {run.seed: read[run.identity] for run in row.runs} for row in description.rows}


def method_rows(description: Description) -> dict[str, Row]:
    """Return, by method, the first row that shows it and has runs, in their order.

    Raises:
        ValueError: no row has runs.
    """
    rows: dict[str, Row] = {}
    for row in description.rows:
        if row.runs and row.method is not None:
            rows.setdefault(row.method, row)
    if not rows:
        raise ValueError(f"{description.name}: found no row with trained networks, expected at least one to draw")
    return rows
