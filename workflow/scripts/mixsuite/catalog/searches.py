"""The searches behind rows whose networks have searched cells: search -> training, each named by what it is made of."""

from __future__ import annotations

from dataclasses import replace

from mixsuite.catalog.datasets import dataset_specification, form_of, lacks_source
from mixsuite.catalog.planned import PlannedArtefact, PlannedRow
from mixsuite.catalog.runs import Run, Training, stand_in
from mixsuite.catalog.subsets import scorer_of, subset_of
from mixsuite.config.house import House
from mixsuite.config.searches import SearchReference, SearchSettings


def plan_searches(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the cells of its networks searched, if its manifest asks for it: a search per seed."""
    name = artefact.definition.settings.get("searches")
    if name is None:
        return artefact
    settings = house.settings("searches", name)
    return replace(artefact, rows=tuple(_planned(house, settings, row) for row in artefact.rows))


def _planned(house: House, settings: SearchSettings, planned: PlannedRow) -> PlannedRow:
    reference = planned.row.search
    if reference is None or not planned.runs:
        return planned
    dataset = stand_in(house, "datasets", reference.dataset)
    missing = _reason_against(house, reference.dataset, dataset)
    if not house.models[stand_in(house, "models", planned.row.run.model)].lacks_cells:
        missing = f"what stands in for {planned.row.run.model} has no cells to search"
    scorer = None
    if missing is None and reference.subset and reference.subset.measure != "random":
        own = house.settings("subsampling", settings.scoring.subsampling)
        scorer = scorer_of(house, own, reference.dataset, settings.scoring.model)
        missing = scorer if isinstance(scorer, str) else None
    if missing:
        return replace(planned, runs=(), missing=missing)
    searches = [_search(house, settings, reference, dataset, run.seed, scorer) for run in planned.runs]
    runs = tuple(_with_cells(run, search) for run, search in zip(planned.runs, searches, strict=True))
    return replace(planned, runs=runs).with_measured("search", searches)


def _search(
    house: House,
    settings: SearchSettings,
    reference: SearchReference,
    dataset: str,
    seed: int,
    scorer: Training | None,
) -> Run:
    images, label, needs = dataset_specification(house, dataset), dataset, ()
    if reference.subset:
        own = house.settings("subsampling", settings.scoring.subsampling)
        subset = subset_of(own, reference.subset, images, seed, scorer)
        images, label, needs = {**images, "subset": subset.identity}, subset.label, (subset,)
    told = reference.shortened(settings.under(house.config.protocol))
    specification = {"dataset": images, "search": told, "seed": seed}
    return Run("search", seed, specification, f"the search on {label}, {told['epochs']} epochs, seed {seed}", needs)


def _with_cells(training: Run, search: Run) -> Run:
    model = {**training.specification["model"], "genotype": search.identity}
    specification = {**training.specification, "model": model}
    return replace(
        training, specification=specification, label=f"{training.label}, after {search.label}", needs=(search,)
    )


def _reason_against(house: House, named: str, dataset: str | None) -> str | None:
    if dataset is None:
        return f"{named} is not searched on at the scale {house.config.scale}"
    if lacks_source(house, dataset):
        return f"config.yaml: datasets.{dataset}.source: missing, expected the folder that holds {dataset}"
    if form_of(house.datasets[dataset].kind) != "arrays":
        return f"the images of {dataset} are of many sizes, and a search takes small ones"
    return None
