"""C-scores: networks trained on a part of the training images, and the scores of what they misclassify of the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mixsuite.catalog.modules import modules_of
from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run, stand_in
from mixsuite.catalog.subsets import on_random_part
from mixsuite.config.cscores import CScoreSettings
from mixsuite.config.house import House
from mixsuite.config.networks import Network


def plan_cscores(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with its networks trained on a part, and what they misclassify of the rest, if it asks so."""
    name = artefact.definition.settings.get("cscores")
    if name is None or not any(row.runs for row in artefact.rows):
        return artefact
    settings = house.settings("cscores", name)
    whole = artefact.only_dataset()
    rows = tuple(
        replace(row, runs=tuple(on_random_part(run, settings.part) for run in row.runs)) for row in artefact.rows
    )
    trained = {run.identity: run for row in rows for run in row.runs}
    cscores = _cscores(house, settings, whole)
    specification = {
        "dataset": whole,
        "cscores": cscores.identity,
        "subsets": {name: run.specification["dataset"]["subset"] for name, run in trained.items()},
    }
    label = f"held-out images of {whole['name']}, {len(trained)} networks"
    held_out = Run("held_out", 0, specification, label, (*trained.values(), cscores))
    measured = {**artefact.measured, "held_out": (held_out,)}
    notes = ("estimated C-scores for published ones",) if is_estimated(cscores) and _published(house, artefact) else ()
    return replace(artefact, rows=tuple(row.with_notes(notes) for row in rows), measured=measured)


def is_estimated(cscores: Run) -> bool:
    """Return whether these C-scores are estimated and not taken over."""
    return cscores.kind == "estimated_cscores"


def cscores_of(held_out: Run) -> Run:
    """Return the C-scores of a scoring of held-out images."""
    return next(run for run in held_out.needs if run.kind != "training")


def file_of_cscores(house: House, cscores: Run) -> Path | None:
    """Return the file where the user says that these C-scores lie, or None."""
    file = house.said_of_dataset(cscores.specification["dataset"]["name"]).cscores
    return Path(file).expanduser() if file else None


def modules_of_held_out(held_out: Run) -> list[str]:
    """Return the modules that a scoring of held-out images loads by name: those of its networks."""
    trained = (run for run in held_out.needs if run.kind == "training")
    return sorted({module for run in trained for module in modules_of(run.specification)})


def estimating_network(house: House, settings: CScoreSettings) -> Network:
    """Return the network that makes the estimates at this scale: the one that is named, or its stand-in."""
    name = settings.estimate.model
    return house.models[stand_in(house, "models", name) or name]


def _cscores(house: House, settings: CScoreSettings, dataset: dict[str, Any]) -> Run:
    name = dataset["name"]
    published = house.datasets[name].cscores
    if house.said_of_dataset(name).cscores:
        return Run("cscores", 0, {"dataset": dataset, "published": None}, f"given C-scores of {name}")
    if published:
        taken = {"dataset": dataset, "published": published.model_dump()}
        return Run("cscores", 0, taken, f"published C-scores of {name}")
    estimate = settings.estimate
    specification = {
        "dataset": dataset,
        "model": estimating_network(house, settings).specification(),
        "recipe": house.recipes[estimate.recipe].settings(house.config.protocol),
        "schedule": house.schedule(estimate.schedule).model_dump(),
        **estimate.model_dump(include={"ratios", "repeats", "seed"}),
    }
    return Run("estimated_cscores", estimate.seed, specification, f"estimated C-scores of {name}")


def _published(house: House, artefact: PlannedArtefact) -> bool:
    return any(house.datasets[row.row.run.dataset].cscores for row in artefact.rows if row.row.run)
