"""The landscapes: what is measured of the loss around each trained network that an artefact shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run
from mixsuite.config.house import House

_ENGINES = {"lanczos": "lanczos", "pyhessian": "power_iteration"}


def plan_landscapes(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the landscape of each of its trainings, if its manifest asks for them."""
    name = artefact.definition.settings.get("landscapes")
    if name is None:
        return artefact
    settings = house.settings("landscapes", name).model_dump()
    rows = (row.with_measured("landscape", (_landscape(settings, run) for run in row.runs)) for row in artefact.rows)
    return replace(artefact, rows=tuple(rows))


def module_of_engine(specification: dict[str, Any]) -> str:
    """Return the module that finds the eigenpairs, which a measurement loads by name."""
    return f"mixsuite.landscape.{_ENGINES[specification['hessian']['engine']]}"


def _landscape(settings: dict[str, Any], training: Run) -> Run:
    specification = {**settings, "run": training.identity}
    return Run("landscape", training.seed, specification, f"the landscape of {training.label}", (training,))
