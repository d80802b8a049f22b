"""The landscapes: what is measured of the loss around each trained network that an artefact shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mixsuite.catalog.runs import Run, identity, named_changes
from mixsuite.config.house import House

_ENGINES = {"lanczos": "lanczos", "pyhessian": "power_iteration"}


def plan_landscapes(house: House, name: str, trainings: Iterable[Run]) -> dict[str, Run]:
    """Return the landscape `name` of each of `trainings`, by the identity of the training."""
    settings = house.landscape(name).model_dump()
    planned = {}
    for training in trainings:
        specification = {**settings, "run": training.identity}
        label = f"the landscape of {training.label}"
        planned[training.identity] = Run(identity(specification), training.seed, specification, label)
    return planned


def landscape_notes(house: House, name: str) -> tuple[str, ...]:
    """Return what the scale or the user changes in the landscape `name`."""
    original, chosen = house.landscapes[name].settings.model_dump(), house.landscape(name).model_dump()
    return tuple(named_changes(original, chosen))


def module_of_engine(specification: dict[str, Any]) -> str:
    """Return the module that finds the eigenpairs, which a measurement loads by name."""
    return f"mixsuite.landscape.{_ENGINES[specification['hessian']['engine']]}"
