"""The timings of training steps: which recipes are timed side by side, on one dataset with one network."""

from __future__ import annotations

from mixsuite.catalog.runs import Run, Training, identity
from mixsuite.config.manifest import Artefact, Row, RunReference

BASE = "vanilla"
"""The recipe that the others' time is relative to."""


def plan_timings(artefact: Artefact, trainings: dict[RunReference, Training | str]) -> dict[str, Run]:
    """Return the timing of each row that prints a relative time, by row id; rows of one network share theirs.

    `trainings` are those of the rows; a row that is not run is not timed, nor one whose network has no vanilla row.
    """
    timed = [row for row in artefact.rows if "relative_time" in row.printed and row.run]
    runnable = [row for row in timed if isinstance(trainings[row.run], Training)]
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in runnable:
        groups.setdefault((row.run.dataset, row.run.model, row.run.schedule), []).append(row)
    planned = {}
    for rows in groups.values():
        recipes = {row.run.recipe: trainings[row.run].specification["recipe"] for row in rows}
        if BASE in recipes:
            timing = _timing(trainings[rows[0].run], recipes)
            planned |= {row.id: timing for row in rows}
    return planned


def _timing(training: Training, recipes: dict[str, dict]) -> Run:
    shared = {part: training.specification[part] for part in ("dataset", "model", "schedule")}
    specification = {**shared, "recipes": recipes}
    label = f"{len(recipes)} recipes on {shared['dataset']['name']} with {shared['model']['family']}"
    return Run(identity(specification), 0, specification, label)
