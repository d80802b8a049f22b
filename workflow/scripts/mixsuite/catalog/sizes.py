"""The sizes of networks of searched cells, parameters and multiply-adds, as tables of searches print them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mixsuite.catalog.modules import module_of_network
from mixsuite.catalog.planned import PlannedArtefact, PlannedRow
from mixsuite.catalog.runs import Run
from mixsuite.config.house import House

_IMAGENET = {"n_classes": 1000, "in_channels": 3, "image_size": 224}
"""Of what the counted networks take and give."""


def plan_sizes(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the size of each row's network that prints its multiply-adds, on ImageNet.

    It is the manifest's network at every scale, with the cells that this scale's search found.
    """
    return replace(artefact, rows=tuple(_planned(house, row) for row in artefact.rows))


def module_of_size(specification: dict[str, Any]) -> str:
    """Return the module of the network, which the program that counts loads by name."""
    return module_of_network(specification["model"]["family"])


def _planned(house: House, planned: PlannedRow) -> PlannedRow:
    row = planned.row
    if "flops" not in row.printed:
        return planned
    if row.model:
        return planned.with_measured("size", [_size(house, row.model)])
    searches = planned.measured.get("search", ())
    return planned.with_measured("size", [_size(house, row.run.model, search) for search in searches]) if searches else planned


def _size(house: House, model: str, search: Run | None = None) -> Run:
    network, cells = house.models[model].specification(), {"genotype": search.identity} if search else {}
    seed, needs = (search.seed, (search,)) if search else (0, ())
    specification = {"model": network | cells, **_IMAGENET, "seed": seed}
    return Run("size", seed, specification, f"the size of {house.models[model].title}, seed {seed}", needs)
