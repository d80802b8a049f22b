"""Whether every name that one file takes from another is there."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from mixsuite.config.house import House
from mixsuite.config.manifest import RunReference
from mixsuite.config.strict import ConfigError, check_known
from mixsuite.config.transfers import NETWORK_METHODS, TransferSettings
from mixsuite.config.weights import WeightsSettings

_WEB = ("http://", "https://")


def check_references(root: Path, house: House, scale_file: str) -> None:
    """Raise ConfigError for the first name, step or path that `house` mentions and nothing defines."""
    known_settings = {name for manifest in house.manifests.values() for name in manifest.patch_settings}
    for name in house.config.patches:
        check_known("config.yaml: patches", name, known_settings)
    for where, changing in ((scale_file, house.scale), ("config.yaml", house.config)):
        for name in changing.schedules:
            check_known(f"{where}: schedules", name, house.protocols)
        for kind, known in house.named.items():
            for name in getattr(changing, kind):
                check_known(f"{where}: {kind}", name, known)
    for where, stand_ins in ((scale_file, house.scale.stand_ins), ("config.yaml", house.config.stand_ins)):
        _check_stand_ins(f"{where}: stand_ins.datasets", stand_ins.datasets, house.datasets)
        _check_stand_ins(f"{where}: stand_ins.models", stand_ins.models, house.models)
        _check_stand_ins(f"{where}: stand_ins.pictures", stand_ins.pictures, house.datasets)
    for name in house.named["subsampling"]:
        scorer, where = house.settings("subsampling", name).scorer, house.where_settings("subsampling", name)
        check_known(f"{where}: scorer.recipe", scorer.recipe, house.recipes)
        check_known(f"{where}: scorer.schedule", scorer.schedule, house.protocols)
    for name in house.named["searches"]:
        scoring, where = house.settings("searches", name).scoring, house.where_settings("searches", name)
        check_known(f"{where}: scoring.subsampling", scoring.subsampling, house.named["subsampling"])
        check_known(f"{where}: scoring.model", scoring.model, house.models)
    for name in house.named["cscores"]:
        estimate, where = house.settings("cscores", name).estimate, house.where_settings("cscores", name)
        check_known(f"{where}: estimate.model", estimate.model, house.models)
        check_known(f"{where}: estimate.recipe", estimate.recipe, house.recipes)
        check_known(f"{where}: estimate.schedule", estimate.schedule, house.protocols)
    for name in house.named["bridges"]:
        bridge, where = house.settings("bridges", name), house.where_settings("bridges", name)
        check_known(f"{where}: model", bridge.model, house.models)
        for method, recipe in bridge.recipes.items():
            check_known(f"{where}: recipes.{method}", recipe, house.recipes)
    for reference in house.comparison_runs().values():
        _check_run("config.yaml: comparison", reference, house)
    for name in house.named["weights"]:
        _check_weights(root, house.where_settings("weights", name), house.settings("weights", name), house)
    for name in house.named["transfers"]:
        _check_transfer(house.where_settings("transfers", name), house.settings("transfers", name), house)
    _check_artefacts(root, house)
    _check_sources(root, house)


def _check_artefacts(root: Path, house: House) -> None:
    steps = {path.stem for path in (root / "workflow" / "scripts").glob("*.py")}
    for key, manifest in house.manifests.items():
        for name, artefact in manifest.artefacts.items():
            where = f"workflow/papers/{key}.yaml: {name}"
            if artefact.step is not None:
                check_known(f"{where}: step", artefact.step, steps)
            for row in artefact.rows:
                if row.run:
                    _check_run(f"{where}: {row.id}", row.run, house, searched=row.search is not None)
                if row.model:
                    check_known(f"{where}: {row.id}: model", row.model, house.models)
                if row.search:
                    check_known(f"{where}: {row.id}: search.dataset", row.search.dataset, house.datasets)
            for kind, settings in artefact.settings.items():
                check_known(f"{where}: settings", kind, house.named)
                check_known(f"{where}: settings.{kind}", settings, house.named[kind])
            if "transfers" in artefact.settings:
                treatments = house.settings("transfers", artefact.settings["transfers"]).treatments
                for row in artefact.rows:
                    check_known(f"{where}: rows: id", row.id, treatments)
            if artefact.composition:
                check_known(f"{where}: composition.dataset", artefact.composition.dataset, house.datasets)
                for recipe in artefact.composition.recipes:
                    check_known(f"{where}: composition.recipes", recipe, house.recipes)


def _check_stand_ins(where: str, stand_ins: dict[str, str | None], known: Collection[str]) -> None:
    for name, replacement in stand_ins.items():
        check_known(where, name, known)
        if replacement is not None:
            check_known(f"{where}.{name}", replacement, known)


def _check_run(where: str, run: RunReference, house: House, searched: bool = False) -> None:
    check_known(f"{where}: dataset", run.dataset, house.datasets)
    check_known(f"{where}: model", run.model, house.models)
    if house.models[run.model].lacks_cells != searched:
        expected = "one with a genotype" if not searched else "one without a genotype, for the cells that are searched"
        raise ConfigError(f"{where}: model: found {run.model!r}, expected {expected}")
    check_known(f"{where}: recipe", run.recipe, house.recipes)
    check_known(f"{where}: schedule", run.schedule, house.protocols)


def _check_weights(root: Path, where: str, weights: WeightsSettings, house: House) -> None:
    check_known(f"{where}: model", weights.model, house.models)
    if not weights.source.startswith(_WEB) and not (root / Path(weights.source).expanduser()).is_file():
        raise ConfigError(
            f"{where}: source: found {weights.source!r}, which does not exist; expected the file of the weights"
        )


def _check_transfer(where: str, transfer: TransferSettings, house: House) -> None:
    _check_run(f"{where}: source", transfer.source, house)
    if transfer.source.weights is not None:
        check_known(f"{where}: source.weights", transfer.source.weights, house.named["weights"])
    check_known(f"{where}: target.dataset", transfer.target.dataset, house.datasets)
    if transfer.target.dataset == transfer.source.dataset:
        found = transfer.target.dataset
        raise ConfigError(f"{where}: target.dataset: found {found!r}, expected another one than the source's")
    for name, treatment in transfer.treatments.items():
        for recipe in treatment.recipes.values():
            check_known(f"{where}: treatments.{name}.recipes", recipe, house.recipes)
            method = house.recipes[recipe].method
            if method in NETWORK_METHODS:
                raise ConfigError(
                    f"{where}: treatments.{name}.recipes: found {recipe!r}, whose method {method} needs the network, "
                    "expected one that mixes images alone"
                )


def _check_sources(root: Path, house: House) -> None:
    for name, own in house.config.datasets.items():
        if own.cscores is not None and not (root / Path(own.cscores).expanduser()).is_file():
            raise ConfigError(
                f"config.yaml: datasets.{name}.cscores: found {own.cscores!r}, which is no file; "
                "expected the C-scores of the training images (.npz with labels and scores)"
            )
        if own.source is None or own.source.startswith(_WEB):
            continue
        if not (root / Path(own.source).expanduser()).exists():
            raise ConfigError(
                f"config.yaml: datasets.{name}.source: found {own.source!r}, which does not exist; "
                "expected the folder or archive that holds the dataset"
            )
        if own.kind is not None:
            _check_folder(f"config.yaml: datasets.{name}.source", root / Path(own.source).expanduser())


def _check_folder(where: str, folder: Path) -> None:
    if not (folder / "train").is_dir() or not any((folder / split).is_dir() for split in ("test", "val")):
        raise ConfigError(f"{where}: found {str(folder)!r} without train/ and test/ (or val/), expected both folders")
