"""The timings of training steps: which recipes are timed side by side, on one dataset with one network."""

from __future__ import annotations

from dataclasses import replace

from mixsuite.catalog.planned import PlannedArtefact, PlannedRow
from mixsuite.catalog.runs import Run
from mixsuite.config.house import House

BASE = "vanilla"
"""The recipe that the others' time is relative to."""


def plan_timings(_house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the timing of each row that prints a relative time; rows of one network share theirs.

    A row that is not run is not timed, nor one whose network has no vanilla row.
    """
    groups: dict[tuple[str, str, str], list[PlannedRow]] = {}
    for planned in artefact.rows:
        if "relative_time" in planned.row.printed and planned.runs:
            run = planned.row.run
            groups.setdefault((run.dataset, run.model, run.schedule), []).append(planned)
    timings = {}
    for rows in groups.values():
        recipes = {planned.row.run.recipe: planned.runs[0].specification["recipe"] for planned in rows}
        if BASE in recipes:
            timings |= dict.fromkeys((planned.row.id for planned in rows), _timing(rows[0].runs[0], recipes))
    rows = (
        row.with_measured("timing", [timings[row.row.id]]) if row.row.id in timings else row for row in artefact.rows
    )
    return replace(artefact, rows=tuple(rows))


def _timing(training: Run, recipes: dict[str, dict]) -> Run:
    shared = {part: training.specification[part] for part in ("dataset", "model", "schedule")}
    label = f"{len(recipes)} recipes on {shared['dataset']['name']} with {shared['model']['family']}"
    return Run("timing", 0, {**shared, "recipes": recipes}, label)
