"""The sizes of networks of searched cells, parameters and FLOPs, as tables of searches print them."""

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
    """Return `artefact` with the sizes of its rows' networks that print FLOPs, counted together, on ImageNet.

    Each is the manifest's network at every scale, with the cells that this scale's searches found.
    """
    rows = [row for row in artefact.rows if "flops" in row.row.printed]
    networks = {row.row.id: network for row in rows if (network := _network(house, row))}
    if not networks:
        return artefact
    searches = tuple(run for row in rows for run in row.measured.get("search", ()))
    label = f"the size of {len(networks)} networks"
    run = Run("sizes", 0, {"networks": networks, **_IMAGENET}, label, searches)
    return replace(artefact, measured={**artefact.measured, "sizes": (run,)})


def modules_of_sizes(run: Run) -> list[str]:
    """Return the modules of the networks, which the program that counts loads by name."""
    return sorted({module_of_network(network["model"]["family"]) for network in run.specification["networks"].values()})


def _network(house: House, planned: PlannedRow) -> dict[str, Any] | None:
    """Return the network of a row, and by seed the searches for its cells; None without cells."""
    row, searches = planned.row, planned.measured.get("search", ())
    if row.model:
        return {"model": house.models[row.model].specification(), "searches": {}}
    if not searches:
        return None
    by_seed = {str(search.seed): search.identity for search in searches}
    return {"model": house.models[row.run.model].specification(), "searches": by_seed}
