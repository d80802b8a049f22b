"""The compositions: images of a dataset as recipes mix them, for the figures that show images."""

from __future__ import annotations

from mixsuite.catalog.datasets import dataset_specification, lacks_source
from mixsuite.catalog.runs import Run, identity, stand_in
from mixsuite.config.house import House
from mixsuite.config.manifest import Composition

_SHIPPED = "photographs"


def plan_composition(house: House, composition: Composition) -> Run:
    """Return what is composed at the chosen scale and protocol."""
    dataset = _shown(house, composition.dataset)
    specification = {
        "dataset": dataset_specification(house, dataset),
        "recipes": {name: house.recipes[name].settings(house.config.protocol) for name in composition.recipes},
        "samples": composition.samples,
        "draws": composition.draws,
        "seed": 0,
    }
    return Run(identity(specification), 0, specification, f"images of {dataset}")


def composition_notes(house: House, composition: Composition) -> tuple[str, ...]:
    """Return which images stand in for those that the paper shows."""
    dataset = _shown(house, composition.dataset)
    if dataset == composition.dataset:
        return ()
    return (f"{house.datasets[dataset].title or dataset} for {house.datasets[composition.dataset].title}",)


def _shown(house: House, name: str) -> str:
    # Figures of images can be had without the images that nobody can fetch.
    dataset = stand_in(house, "pictures", name)
    return _SHIPPED if lacks_source(house, dataset) else dataset
