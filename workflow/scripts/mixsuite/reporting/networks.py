"""What one measurement found of each of the trained networks behind an artefact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.results import Results, read_result


def read_networks(description: Description, kind: str, folder: Path | str) -> Results:
    """Return what the one measurement of `kind` behind the artefact found of each network, by row and seed.

    It lies in `folder`/IDENTITY.json, and has what it found under `networks`, by the identities of the trainings.

    Raises:
        ValueError: the measurement is missing, is another one, or lacks a network.
    """
    if not description.measured.get(kind):
        raise ValueError(f"--artefact: measured: {kind}: missing, expected the identity of what to show")
    identity = description.measured[kind][0].identity
    networks = read_result(Path(folder) / f"{identity}.json", identity).get("networks", {})
    return {
        row.id: {run.seed: _network(networks, run.identity, identity) for run in row.runs} for row in description.rows
    }


def rows_by_block(description: Description) -> dict[str, Row]:
    """Return the first row of each block that has runs, by the block's title: the rows of a block show one method.

    Raises:
        ValueError: no row has runs.
    """
    rows: dict[str, Row] = {}
    for row in description.rows:
        if row.runs:
            rows.setdefault(row.block, row)
    if not rows:
        raise ValueError(f"{description.name}: found no row with trained networks, expected at least one")
    return rows


def _network(networks: dict[str, Any], run: str, measurement: str) -> Any:
    if run not in networks:
        raise ValueError(f"{measurement}: found no network of the run {run}, expected that of each row")
    return networks[run]
