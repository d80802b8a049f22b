"""The subsets that rows train on: scoring network -> scores -> subset -> training, each named by what it is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mixsuite.catalog.datasets import form_of
from mixsuite.catalog.modules import modules_of
from mixsuite.catalog.planned import PlannedArtefact, PlannedRow
from mixsuite.catalog.runs import Run, Training, resolve_training
from mixsuite.config.house import House
from mixsuite.config.manifest import RunReference
from mixsuite.config.subsampling import SubsamplingSettings, SubsetReference

_KINDS = {"k_center": "features", "bald": "dropout", "variation_ratios": "dropout", "random": None}
"""The kind of scores that a selection takes; all others take losses of mixed images."""

_OF_DEVIATIONS = ("cv", "std")
"""The measures that `ddof` is a setting of."""


def plan_subsets(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the trainings of its rows made on their subsets, if its manifest asks for them.

    A row without a subset shows what its own network scores, and the artefact a gallery of it.
    """
    name = artefact.definition.settings.get("subsampling")
    if name is None:
        return artefact
    settings = house.settings("subsampling", name)
    planned = replace(artefact, rows=tuple(_planned(house, settings, row) for row in artefact.rows))
    shown = [run for run in planned.runs("scores").values() if run.seed == 0]
    galleries = {"anchors": tuple(_gallery(settings, scores) for scores in shown)} if shown else {}
    return replace(planned, measured={**planned.measured, **galleries})


def on_random_part(run: Run, t: float) -> Run:
    """Return the training `run` made on random `t` of each class's training images; the seed is the run's."""
    specification = {"dataset": run.specification["dataset"], "t": t, "measure": "random", "seed": run.seed}
    label = f"random {t:g} of {run.specification['dataset']['name']}"
    return _trained_on(Run("subset", run.seed, specification, label), run)


def module_of_kind(kind: str) -> str:
    """Return the module that scores by `kind`, which the program of scores loads by name."""
    return f"mixsuite.subsampling.{kind}"


def modules_of_scores(scores: Run) -> list[str]:
    """Return the modules that a scoring loads by name: its kind's, and its network's."""
    return [module_of_kind(scores.specification["kind"]), *modules_of(scores.needed("training").specification)]


def _planned(house: House, settings: SubsamplingSettings, planned: PlannedRow) -> PlannedRow:
    subset, runs = planned.row.subset, planned.runs
    if not runs:
        return planned
    dataset = runs[0].specification["dataset"]
    if form_of(dataset["kind"]) == "index":
        return replace(planned, runs=(), missing=f"images are scored in arrays, and {dataset['name']} is indexed")
    if subset is None:
        scores = (_scores(settings, "mixed_losses", None, run) for run in runs)
        return planned.with_measured("scores", scores)
    run = planned.row.run
    scorer = scorer_of(house, settings, run.dataset, run.model) if scored_by(subset) else None
    if isinstance(scorer, str):
        return replace(planned, runs=(), missing=scorer)
    return replace(planned, runs=tuple(_on_subset(settings, subset, run, scorer) for run in runs))


def scored_by(subset: SubsetReference) -> str | None:
    """Return the kind of scores that `subset` is selected by; None where it needs none."""
    return _KINDS.get(subset.measure, "mixed_losses")


def scorer_of(house: House, settings: SubsamplingSettings, dataset: str, model: str) -> Training | str:
    """Return how the network that scores the images of `dataset` is trained, a `model`, or why it is not."""
    scorer = settings.scorer
    reference = RunReference(dataset=dataset, model=model, recipe=scorer.recipe, schedule=scorer.schedule)
    return resolve_training(house, reference)


def subset_of(
    settings: SubsamplingSettings, subset: SubsetReference, dataset: dict[str, Any], seed: int, scorer: Training | None
) -> Run:
    """Return the selection of `subset` from the images that `dataset` specifies, by the scores of `scorer`.

    It is made of what its measure reads, and of nothing else that the settings say.
    """
    kind, needs = scored_by(subset), ()
    specification = {"dataset": dataset, "t": subset.t, "measure": subset.measure, "seed": seed}
    if kind:
        needs = (_scores(settings, kind, subset.anchor_ratio, scorer.run(seed)),)
        specification |= {"scores": needs[0].identity, "pool": settings.pool}
    if subset.order:
        specification |= subset.model_dump(include={"order", "interval"})
    if subset.measure in _OF_DEVIATIONS:
        specification["ddof"] = settings.ddof
    words = " ".join(filter(None, [subset.order, subset.measure.replace("_", " ")]))
    label = f"t = {subset.t:g} of {dataset['name']} by {words}"
    return Run("subset", seed, specification, label, needs)


def _on_subset(settings: SubsamplingSettings, subset: SubsetReference, run: Run, scorer: Training | None) -> Run:
    return _trained_on(subset_of(settings, subset, run.specification["dataset"], run.seed, scorer), run)


def _trained_on(chosen: Run, run: Run) -> Run:
    dataset = {**run.specification["dataset"], "subset": chosen.identity}
    trained = {**run.specification, "dataset": dataset}
    return Run("training", run.seed, trained, f"{run.label}, {chosen.label}", (chosen,))


def _gallery(settings: SubsamplingSettings, scores: Run) -> Run:
    specification = {**settings.gallery.model_dump(), "ddof": settings.ddof, "scores": scores.identity}
    return Run("anchors", scores.seed, specification, f"anchors by {scores.label}", (scores,))


def _scores(settings: SubsamplingSettings, kind: str, anchor_ratio: float | None, network: Run) -> Run:
    own: dict[str, Any] = {} if kind == "features" else getattr(settings, kind).model_dump()
    if anchor_ratio is not None:
        own["anchor_ratio"] = anchor_ratio
    specification = {"kind": kind, **own, "run": network.identity, "seed": network.seed}
    return Run("scores", network.seed, specification, f"{kind.replace('_', ' ')} of {network.label}", (network,))
