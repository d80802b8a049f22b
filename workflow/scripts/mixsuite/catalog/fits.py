"""Fits: how well each trained network of an artefact knows the images that it was trained on."""

from __future__ import annotations

from dataclasses import replace

from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run
from mixsuite.config.house import House

_STEP = "tabulate_fit"
"""The step that shows them: there is nothing to set."""


def plan_fits(_house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the fit of each of its trainings, if its step shows that."""
    if artefact.definition.step != _STEP:
        return artefact
    rows = (row.with_measured("fit", (_fit(run) for run in row.runs)) for row in artefact.rows)
    return replace(artefact, rows=tuple(rows))


def _fit(training: Run) -> Run:
    specification = {"run": training.identity, "splits": ["train", "test"]}
    return Run("fit", training.seed, specification, f"the fit of {training.label}", (training,))
