"""The fine-tunings: a pretrained network per seed, and what each treatment of it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mixsuite.catalog.datasets import dataset_specification, form_of, lacks_source
from mixsuite.catalog.modules import modules_of
from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run, Training, resolve_training, stand_in
from mixsuite.config.house import House
from mixsuite.config.transfers import TransferSettings, Treatment


def plan_transfers(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the fine-tunings that its manifest asks for: each row is the treatment of that name."""
    name = artefact.definition.settings.get("transfers")
    if name is None:
        return artefact
    settings = house.settings("transfers", name)
    training = resolve_training(house, settings.source)
    missing = training if isinstance(training, str) else _reason_against(house, settings)
    seeds = range(house.config.seeds or settings.seeds)
    runs = () if missing else tuple(_transfer(house, name, settings, training.run(seed)) for seed in seeds)
    notes = _notes(training) if isinstance(training, Training) else ()
    rows = (
        replace(row, method=_method(house, settings, row.row.id), missing=missing, stand_in_notes=notes)
        for row in artefact.rows
    )
    return replace(artefact, rows=tuple(row.with_measured("transfer", runs) for row in rows))


def modules_of_transfer(transfer: Run) -> tuple[str, ...]:
    """Return the modules that a fine-tuning loads by name: the network's, and those of its methods."""
    specification = transfer.needed("training").specification
    recipes = [
        phase["recipe"] for treatment in transfer.specification["treatments"].values() for phase in treatment["phases"]
    ]
    return tuple(sorted({module for recipe in recipes for module in modules_of({**specification, "recipe": recipe})}))


def _transfer(house: House, name: str, settings: TransferSettings, training: Run) -> Run:
    specification = {
        "pretrained": {"run": training.identity},
        "dataset": dataset_specification(house, _target(house, settings)),
        "images_per_class": settings.target.images_per_class,
        "training": settings.training.model_dump(),
        "treatments": {key: _treatment(house, settings, each) for key, each in settings.treatments.items()},
        "calibration": settings.calibration.model_dump(),
        "seed": training.seed,
    }
    label = f"{name}: {len(settings.treatments)} treatments of {training.label}"
    return Run("transfer", training.seed, specification, label, (training,))


def _treatment(house: House, settings: TransferSettings, treatment: Treatment) -> dict[str, Any]:
    protocol = house.config.protocol
    phases = [
        {**step.model_dump(), "recipe": house.recipes[treatment.recipes[name]].settings(protocol)}
        for name, step in settings.unfreezing[treatment.unfreezing].items()
    ]
    return {"start": treatment.start, "phases": phases}


def _notes(training: Training) -> tuple[str, ...]:
    return (*training.replaced, *(f"pretraining {change}" for change in training.changed))


def _target(house: House, settings: TransferSettings) -> str | None:
    return stand_in(house, "datasets", settings.target.dataset)


def _reason_against(house: House, settings: TransferSettings) -> str | None:
    target = _target(house, settings)
    if target is None:
        return f"{settings.target.dataset} is not run at the scale {house.config.scale}"
    if lacks_source(house, target) or form_of(house.datasets[target].kind) == "index":
        return f"the images of {target} are of many sizes, and fine-tuning needs those of one small size"
    return None


def _method(house: House, settings: TransferSettings, treatment: str) -> str:
    shown = settings.treatments[treatment]
    *_, last = settings.unfreezing[shown.unfreezing]
    return house.recipes[shown.recipes[last]].method
