"""The rows of an artefact that show landscapes, the measurements of the loss around trained networks."""

from __future__ import annotations

from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.results import Results

Landscapes = Results
"""The content of each landscape (see mixsuite.landscape.measurement), by row and seed."""


def rows_by_method(description: Description) -> dict[str, Row]:
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
