"""Mixed outputs: how an artefact's networks answer mixed images of two classes."""

from __future__ import annotations

from dataclasses import replace

from mixsuite.catalog.known import known_classes
from mixsuite.catalog.modules import modules_of
from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run
from mixsuite.config.house import House
from mixsuite.config.strict import check_known


def plan_mixed_outputs(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the mixed outputs of all of its networks, if its manifest asks for them."""
    name = artefact.definition.settings.get("mixed_outputs")
    trained = artefact.runs("training")
    if name is None or not trained:
        return artefact
    dataset = artefact.only_dataset()
    settings = house.settings("mixed_outputs", name).model_dump()
    known = known_classes(house, dataset["name"])
    for each in settings["classes"] if known else ():
        check_known(f"{house.where_settings('mixed_outputs', name)}: classes (of {dataset['name']})", each, known)
    specification = {"dataset": dataset, "runs": sorted(trained), **settings}
    label = f"mixed images of {dataset['name']}, {len(trained)} networks"
    measured = Run("mixed_outputs", settings["seed"], specification, label, tuple(trained.values()))
    return replace(artefact, measured={**artefact.measured, "mixed_outputs": (measured,)})


def modules_of_mixed_outputs(mixed_outputs: Run) -> list[str]:
    """Return the modules that a measurement of mixed outputs loads by name: those of its networks."""
    return sorted({module for run in mixed_outputs.needs for module in modules_of(run.specification)})
