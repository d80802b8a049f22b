"""The bridges: networks trained on images of the patches of a sweep, a run per method that trains all seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mixsuite.catalog.planned import PlannedArtefact, PlannedRow
from mixsuite.catalog.runs import Run, setting_of
from mixsuite.config.bridges import BridgeSettings
from mixsuite.config.house import House
from mixsuite.config.strict import ConfigError


def plan_bridges(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with a run per method, if its manifest asks for a bridge.

    Its rows are named NETWORK/METHOD: a run belongs to the row `cnn/METHOD`, and those of the patch network
    (`patch/erm`) come from the sweep, which leaves no runs of their own.

    Raises:
        ConfigError: the sweep is no single point, its patches do not fill the images.
    """
    name = artefact.definition.settings.get("bridges")
    if name is None:
        return artefact
    settings = house.settings("bridges", name)
    shared = {
        **_patches(house, artefact),
        "model": house.models[settings.model].specification(),
        **settings.model_dump(exclude={"model", "recipes"}),
    }
    _check_layout(house.where_settings("bridges", name), settings, shared["setting"])
    runs = {}
    for method, recipe in settings.recipes.items():
        chosen = house.recipes[recipe].settings(house.config.protocol)
        specification = {**shared, "method": method, "recipe": chosen}
        runs[f"cnn/{method}"] = Run("bridge", 0, specification, f"{method} on images of patches")
    return replace(artefact, rows=tuple(_completed(row, runs.get(row.row.id)) for row in artefact.rows))


def _patches(house: House, artefact: PlannedArtefact) -> dict[str, Any]:
    name = artefact.definition.sweep
    sweep = house.manifests[artefact.paper].patch_sweeps.get(name)
    if sweep is None or len(sweep.sigma_d) != 1:
        found = "none" if sweep is None else f"{name} with {len(sweep.sigma_d)}"
        where = f"workflow/papers/{artefact.paper}.yaml: {artefact.name}"
        raise ConfigError(f"{where}: sweep: found {found}, expected one of a single sigma_d for the bridge")
    noise = {"sigma_d": sweep.sigma_d[0], "sigma_b": sweep.sigma_ratio * sweep.sigma_d[0]}
    return {"setting": setting_of(sweep.base) | noise, "seeds": house.config.seeds or sweep.seeds}


def _check_layout(where: str, settings: BridgeSettings, setting: dict[str, Any]) -> None:
    rows, columns = settings.layout
    if rows * columns != setting["patches"]:
        raise ConfigError(
            f"{where}: layout: found {rows} x {columns}, expected rows x columns = {setting['patches']}, "
            "the patches of an image"
        )
    size, values = settings.image_size, settings.channels * settings.image_size**2
    if size % rows or size % columns or values != setting["patches"] * setting["dimension"]:
        raise ConfigError(
            f"{where}: image_size: found {size} with {settings.channels} channels in {rows} x {columns} patches, "
            f"expected {setting['dimension']} values in each patch"
        )


def _completed(planned: PlannedRow, run: Run | None) -> PlannedRow:
    return replace(planned, method=planned.row.id.rpartition("/")[2], runs=(run,) if run else (), missing=None)
