"""The compositions: images of a dataset as recipes mix them, for the figures that show images."""

from __future__ import annotations

from dataclasses import replace

from mixsuite.catalog.datasets import dataset_specification, lacks_source
from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run, stand_in
from mixsuite.config.house import House
from mixsuite.config.manifest import Composition

_SHIPPED = "photographs"


def plan_compositions(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with its mixed images at the chosen scale and protocol, if its manifest asks for them."""
    composition = artefact.definition.composition
    if composition is None:
        return artefact
    measured = {**artefact.measured, "composition": (_composition(house, composition),)}
    return replace(artefact, measured=measured, stand_in_notes=_notes(house, composition))


def _composition(house: House, composition: Composition) -> Run:
    dataset = _shown(house, composition.dataset)
    specification = {
        "dataset": dataset_specification(house, dataset),
        "recipes": {name: house.recipes[name].settings(house.config.protocol) for name in composition.recipes},
        "samples": composition.samples,
        "draws": composition.draws,
        "seed": 0,
    }
    return Run("composition", 0, specification, f"images of {dataset}")


def _notes(house: House, composition: Composition) -> tuple[str, ...]:
    dataset = _shown(house, composition.dataset)
    if dataset == composition.dataset:
        return ()
    return (f"{house.datasets[dataset].title or dataset} for {house.datasets[composition.dataset].title}",)


def _shown(house: House, name: str) -> str:
    # Figures of images can be had without the images that nobody can fetch.
    dataset = stand_in(house, "pictures", name)
    return _SHIPPED if lacks_source(house, dataset) else dataset
