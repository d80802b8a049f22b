"""What the runs behind an artefact left in their run.json files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mixsuite.catalog.runs import identity
from mixsuite.intact import read_intact
from mixsuite.reporting.description import Description, Run

Results = dict[str, dict[int, dict[str, Any]]]
"""The content of each run.json, by row and seed."""


def read_results(description: Description, runs: Path | str) -> Results:
    """Return the result of every run, by row and seed; a run that several rows show is read once.

    Raises:
        ValueError: the result of a run is missing, or is that of another run.
    """
    by_identity = {run.identity: read_run(runs, run) for row in description.rows for run in row.runs}
    return {row.id: {run.seed: by_identity[run.identity] for run in row.runs} for row in description.rows}


def read_measured(description: Description, kind: str, folder: Path | str, *beside: str) -> Results:
    """Return what was measured of `kind` for each row, by row and seed; it lies in `folder`/IDENTITY.json.

    `beside` are the endings of other files that belong to it, such as .npz.

    Raises:
        ValueError: a measurement is missing, or is another one.
    """
    named = {row.id: row.measured.get(kind, ()) for row in description.rows}
    identities = dict.fromkeys(run.identity for runs in named.values() for run in runs)
    folder = Path(folder)
    read = {
        name: read_result(folder / f"{name}.json", name, *(folder / f"{name}{ending}" for ending in beside))
        for name in identities
    }
    return {row: {run.seed: read[run.identity] for run in runs} for row, runs in named.items()}


def read_run(folder: Path | str, run: Run) -> dict[str, Any]:
    """Return what `run` left in `folder`/IDENTITY/run.json.

    Raises:
        ValueError: the file is missing, damaged, or that of another run.
    """
    path = Path(folder) / run.identity / "run.json"
    content = read_result(path, run.identity)
    if (found := content["specification"].get("seed")) != run.seed:
        raise ValueError(f"{path}: found the seed {found}, expected {run.seed}")
    return content


def read_result(path: Path, expected: str, *files: Path) -> dict[str, Any]:
    """Return the result in `path`, the record of the run `expected` (its identity), to which other `files` belong.

    Raises:
        ValueError: a file is missing or damaged, or the result is that of another run.
    """
    content = read_intact(path, *files)
    if (found := identity(content["specification"])) != expected:
        raise ValueError(f"{path}: found the result of the run {found}, expected that of {expected}")
    return content


def environment_note(results: Results) -> str:
    """Return a note where the runs had different versions of torch or devices, with how many had which; else nothing.

    Raises:
        ValueError: the result of a run does not say.
    """
    runs = {identity(run["specification"]): run for by_seed in results.values() for run in by_seed.values()}
    counts = Counter(_environment(name, run) for name, run in runs.items())
    if len(counts) < 2:
        return ""
    found = (f"{environment} ({count} run{'' if count == 1 else 's'})" for environment, count in sorted(counts.items()))
    return f"The runs differ in what they were computed with: {', '.join(found)}."


def _environment(name: str, run: Mapping[str, Any]) -> str:
    try:
        return f"torch {run['provenance']['libraries']['torch']} on {run['device']}"
    except KeyError as error:
        raise ValueError(f"run {name}: {error.args[0]}: missing, expected what the run was computed with") from None
