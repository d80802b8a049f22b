"""The fine-tunings: a pretrained network per seed, and what each treatment of it gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mixsuite.catalog.datasets import dataset_specification, form_of, lacks_source
from mixsuite.catalog.known import most_images_per_class
from mixsuite.catalog.modules import module_of_method, module_of_network
from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run, resolve_training, stand_in
from mixsuite.config.house import House
from mixsuite.config.manifest import RunReference
from mixsuite.config.strict import ConfigError
from mixsuite.config.transfers import TransferSettings, Treatment


def plan_transfers(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the fine-tunings that its manifest asks for: each row is the treatment of that name."""
    name = artefact.definition.settings.get("transfers")
    if name is None:
        return artefact
    settings = house.settings("transfers", name)
    seeds = range(house.config.seeds or settings.seeds)
    networks, missing, notes = _networks(house, settings, seeds)
    missing = missing or _reason_against(house, settings)
    if not missing:
        _check_images(house, name, settings)
    runs = () if missing else tuple(_transfer(house, name, settings, seed, networks[seed]) for seed in seeds)
    rows = (
        replace(row, method=_method(house, settings, row.row.id), missing=missing, stand_in_notes=notes)
        for row in artefact.rows
    )
    return replace(artefact, rows=tuple(row.with_measured("transfer", runs) for row in rows))


def modules_of_transfer(transfer: Run) -> tuple[str, ...]:
    """Return the modules that a fine-tuning loads by name: the network's, and those of its methods."""
    (network,) = transfer.needs
    treatments = transfer.specification["treatments"].values()
    methods = {phase["recipe"]["method"] for treatment in treatments for phase in treatment["phases"]}
    of_network = module_of_network(network.specification["model"]["family"])
    return (of_network, *sorted(module_of_method(method) for method in methods))


def weights_place(house: House, weights: Run) -> str:
    """Return the file or address of `weights`, as config.yaml or workflow/weights.yaml says it."""
    sha256 = weights.specification["sha256"]
    every = (house.settings("weights", name) for name in house.named["weights"])
    source = next(settings.source for settings in every if settings.sha256 == sha256)
    return source if source.startswith(("http://", "https://")) else str(Path(source).expanduser())


def _networks(
    house: House, settings: TransferSettings, seeds: range
) -> tuple[dict[int, Run], str | None, tuple[str, ...]]:
    # By seed; then why there are none, and what stands in for what.
    if settings.source.weights is not None:
        return dict.fromkeys(seeds, _weights(house, settings.source.weights)), None, ()
    reference = RunReference(**settings.source.model_dump(exclude={"weights"}))
    training = resolve_training(house, reference)
    if isinstance(training, str):
        return {}, training, ()
    notes = (*training.replaced, *(f"pretraining {change}" for change in training.changed))
    return {seed: training.run(seed) for seed in seeds}, None, notes


def _weights(house: House, name: str) -> Run:
    settings = house.settings("weights", name)
    # Where they lie is nothing that a fine-tuning is made of.
    specification = {**settings.model_dump(exclude={"source"}), "model": house.models[settings.model].specification()}
    return Run("weights", 0, specification, house.named["weights"][name].title)


def _transfer(house: House, name: str, settings: TransferSettings, seed: int, network: Run) -> Run:
    # All treatments in one: they are compared in pairs, and a program for each would load all networks and images anew.
    # The bins that predictions are sorted into are the tables' and figures' own matter.
    specification = {
        "pretrained": {network.kind: network.identity},
        "dataset": dataset_specification(house, _target(house, settings)),
        "images_per_class": settings.target.images_per_class,
        "training": settings.training.model_dump(),
        "treatments": {key: _treatment(house, settings, each) for key, each in settings.treatments.items()},
        "seed": seed,
    }
    label = f"{name}, {len(settings.treatments)} treatments, seed {seed}"
    return Run("transfer", seed, specification, label, (network,))


def _treatment(house: House, settings: TransferSettings, treatment: Treatment) -> dict[str, Any]:
    protocol = house.config.protocol
    phases = [
        {**step.model_dump(), "recipe": house.recipes[treatment.recipes[name]].settings(protocol)}
        for name, step in settings.unfreezing[treatment.unfreezing].items()
    ]
    return {"start": treatment.start, "phases": phases}


def _target(house: House, settings: TransferSettings) -> str | None:
    return stand_in(house, "datasets", settings.target.dataset)


def _reason_against(house: House, settings: TransferSettings) -> str | None:
    target = _target(house, settings)
    if target is None:
        return f"{settings.target.dataset} is not run at the scale {house.config.scale}"
    if lacks_source(house, target) or form_of(house.datasets[target].kind) == "index":
        return f"the images of {target} are of many sizes, and fine-tuning needs those of one small size"
    found, expected = _colours(house, target), _colours_of_source(house, settings)
    if found != expected:
        return f"the images of {target} are {found}, and the network was pretrained on {expected} ones"
    return None


def _check_images(house: House, name: str, settings: TransferSettings) -> None:
    target, found = _target(house, settings), settings.target.images_per_class
    most = most_images_per_class(house, target)
    if most is not None and found > most:
        where = house.where_settings("transfers", name)
        raise ConfigError(
            f"{where}: target.images_per_class: found {found}, expected at most {most}, the training images of a class "
            f"of {target}"
        )


def _colours(house: House, dataset: str) -> str:
    return "grey" if house.datasets[dataset].kind == "digits" else "coloured"


def _colours_of_source(house: House, settings: TransferSettings) -> str:
    if settings.source.weights is None:
        return _colours(house, stand_in(house, "datasets", settings.source.dataset))
    return "grey" if len(house.settings("weights", settings.source.weights).mean) == 1 else "coloured"


def _method(house: House, settings: TransferSettings, treatment: str) -> str:
    shown = settings.treatments[treatment]
    *_, last = settings.unfreezing[shown.unfreezing]
    return house.recipes[shown.recipes[last]].method
