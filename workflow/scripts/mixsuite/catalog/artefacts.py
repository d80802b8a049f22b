"""The artefacts of the chosen papers: what each one shows, the runs behind it, and what its step is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mixsuite.catalog import paths
from mixsuite.catalog.bridges import plan_bridges
from mixsuite.catalog.compositions import plan_compositions
from mixsuite.catalog.cscores import plan_cscores
from mixsuite.catalog.datasets import Form, dataset_specification, form_of
from mixsuite.catalog.fit import ONE_PROCESS_METHODS
from mixsuite.catalog.fits import plan_fits
from mixsuite.catalog.footnotes import footnotes
from mixsuite.catalog.landscapes import plan_landscapes
from mixsuite.catalog.mixed_outputs import plan_mixed_outputs
from mixsuite.catalog.planned import Measured, PlannedArtefact, PlannedRow
from mixsuite.catalog.robustness import plan_robustness
from mixsuite.catalog.runs import (
    Run,
    Training,
    descent_notes,
    named_settings_notes,
    resolve_descent,
    resolve_training,
    setting_of,
)
from mixsuite.catalog.searches import plan_searches
from mixsuite.catalog.sizes import plan_sizes
from mixsuite.catalog.subsets import plan_subsets
from mixsuite.catalog.timings import plan_timings
from mixsuite.catalog.transfers import plan_transfers
from mixsuite.config.house import House
from mixsuite.config.load import load_house
from mixsuite.config.manifest import Artefact, Manifest, Row, RunReference
from mixsuite.config.strict import ConfigError

PLANNERS = (
    plan_subsets,
    plan_searches,
    plan_sizes,
    plan_cscores,
    plan_mixed_outputs,
    plan_timings,
    plan_compositions,
    plan_landscapes,
    plan_robustness,
    plan_fits,
    plan_transfers,
    plan_bridges,
)
"""Each adds the runs of one kind to an artefact whose manifest asks for them."""


class Catalog:
    """All artefacts and runs of a project folder under one configuration."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.scale = house.config.scale
        self._trainings: dict[RunReference, Training | str] = {}
        chosen = {key: house.manifests[key] for key in house.config.papers}
        planned = [
            self._plan(manifest, name, definition)
            for manifest in chosen.values()
            for name, definition in manifest.artefacts.items()
        ]
        if house.config.comparison:
            planned.append(self._plan_comparison())
        self.artefacts: dict[str, PlannedArtefact] = {artefact.name: artefact for artefact in planned}

    @cached_property
    def built(self) -> dict[str, PlannedArtefact]:
        """The artefacts that this version builds."""
        return {name: artefact for name, artefact in self.artefacts.items() if artefact.definition.step}

    @cached_property
    def runs(self) -> dict[str, dict[str, Run]]:
        """All runs of the built artefacts, and those that they are made of, by kind and identity."""
        runs: dict[str, dict[str, Run]] = {kind: {} for kind in paths.OUTPUTS}
        for artefact in self.built.values():
            for run in artefact.all_runs():
                runs[run.kind][run.identity] = run
        return runs

    def names_built_by(self, step: str) -> list[str]:
        """Return the artefacts that the rule `step` builds."""
        return [name for name, artefact in self.built.items() if artefact.definition.step == step]

    def files(self, name: str) -> list[str]:
        """Return the files of the artefact `name`."""
        return paths.artefact_files(self.scale, name, self.artefacts[name].definition.kind)

    def dataset_specification(self, name: str) -> dict[str, Any]:
        """Return what the prepared form of the dataset `name` is made of, the place of its source aside."""
        # Whether checksums are kept is nothing that a training is made of.
        checksums = {"checksums": True} if self.house.said_of_dataset(name).checksums else {}
        return dataset_specification(self.house, name) | checksums

    def processes(self, run: Run) -> int:
        """Return how many processes train `run` together."""
        return 1 if run.specification["recipe"]["method"] in ONE_PROCESS_METHODS else self.house.config.processes

    def names_prepared_as(self, form: Form) -> list[str]:
        """Return the datasets that are prepared in `form`."""
        return [name for name, dataset in self.house.datasets.items() if form_of(dataset.kind) == form]

    def dataset_files(self, name: str) -> list[str]:
        """Return the files of the prepared dataset `name`; the first describes all of it."""
        return paths.dataset_files(self.scale, name, form_of(self.house.datasets[name].kind))

    def data_files(self, run: Run) -> list[str]:
        """Return the files of the dataset or subset that `run` reads; the first describes all of it."""
        return [*self.subset_files(run), *self.dataset_files(run.specification["dataset"]["name"])]

    def subset_files(self, run: Run) -> list[str]:
        """Return the files of the subset that `run` reads; none where it reads a whole dataset."""
        dataset = run.specification["dataset"]
        return list(paths.outputs(self.scale, "subset", dataset["subset"]).values()) if "subset" in dataset else []

    def dataset_source(self, name: str) -> Path | None:
        """Return where the user says that the dataset `name` lies, or None."""
        source = self.house.said_of_dataset(name).source
        return Path(source).expanduser() if source else None

    def sweep_specification(self, name: str) -> dict[str, Any]:
        """Return the grid of the sweep that the artefact `name` shows."""
        artefact = self.artefacts[name]
        sweep = self.house.manifests[artefact.paper].patch_sweeps[artefact.definition.sweep]
        seeds = self.house.config.seeds or sweep.seeds
        return {**sweep.model_dump(exclude={"title", "base"}), "base": setting_of(sweep.base), "seeds": seeds}

    def description(self, name: str) -> dict[str, Any]:
        """Return what a step needs to know to draw or tabulate the artefact `name`; it is plain data."""
        artefact = self.artefacts[name]
        notes = dict.fromkeys([*artefact.stand_in_notes, *(n for row in artefact.rows for n in row.stand_in_notes)])
        return {
            "name": artefact.name,
            "paper": artefact.paper,
            "title": artefact.definition.title,
            "where": artefact.definition.where,
            "footnotes": [*artefact.definition.footnotes, *footnotes(self.house, artefact.definition)],
            "scale": self.scale,
            "scale_title": self.house.scale.title,
            "protocol": self.house.config.protocol,
            "stand_in": bool(notes),
            "stand_in_note": "; ".join(notes),
            "settings": self._named_settings(artefact.definition),
            "measured": _describe_measured(artefact.measured),
            "axis": artefact.definition.axis,
            "rows": [_describe(row) for row in artefact.rows],
            "claims": [claim.model_dump() for claim in artefact.definition.claims],
        }

    def _plan(self, manifest: Manifest, name: str, definition: Artefact) -> PlannedArtefact:
        planned = {row.id: self._plan_row(row, manifest.patch_seeds, definition.seeds) for row in definition.rows}
        rows = tuple(_completed(row, planned) for row in planned.values())
        artefact = PlannedArtefact(f"{manifest.key}_{name}", manifest.key, definition, rows)
        for plan in PLANNERS:
            artefact = plan(self.house, artefact)
        notes = named_settings_notes(self.house, definition)
        rows = (row.with_notes(notes) if row.runs or any(row.measured.values()) else row for row in artefact.rows)
        return replace(artefact, rows=tuple(rows))

    def _named_settings(self, definition: Artefact) -> dict[str, Any]:
        return {kind: self.house.settings(kind, name).model_dump() for kind, name in definition.settings.items()}

    def _plan_row(self, row: Row, patch_seeds: int, seeds_of_artefact: int | None) -> PlannedRow:
        if row.patches:
            seeds = range(self.house.config.seeds or patch_seeds)
            descents = tuple(resolve_descent(self.house, row.patches, seed) for seed in seeds)
            notes = tuple(descent_notes(self.house, row.patches))
            return PlannedRow(row, row.patches.method, descents, stand_in_notes=notes)
        if row.run:
            return self._plan_training(row, row.run, seeds_of_artefact)
        return PlannedRow(row, None, missing="no run of this version gives this row")

    def _plan_training(self, row: Row, reference: RunReference, seeds_of_artefact: int | None = None) -> PlannedRow:
        training, method = self._training(reference), self.house.recipes[reference.recipe].method
        if isinstance(training, str):
            return PlannedRow(row, method, missing=training)
        seeds = range(self.house.config.seeds or seeds_of_artefact or self.house.scale.seeds)
        runs = tuple(training.run(seed) for seed in seeds)
        return PlannedRow(row, method, runs, stand_in_notes=(*training.replaced, *training.changed))

    def _training(self, reference: RunReference) -> Training | str:
        if reference not in self._trainings:
            self._trainings[reference] = resolve_training(self.house, reference)
        return self._trainings[reference]

    def _plan_comparison(self) -> PlannedArtefact:
        own = self.house.config.comparison
        references = self.house.comparison_runs()
        rows = [Row(id=recipe, label=self.house.recipes[recipe].title, run=run) for recipe, run in references.items()]
        # No paper stands behind it: a schedule that the scale changes is no stand-in, but has to be said.
        planned, changed = [], {}
        for row in rows:
            training = self._training(row.run)
            notes = () if isinstance(training, str) else training.replaced
            changed |= {} if isinstance(training, str) else dict.fromkeys(training.changed)
            planned.append(replace(self._plan_training(row, row.run), stand_in_notes=notes))
        if not any(row.runs for row in planned):
            reasons = "; ".join(dict.fromkeys(row.missing for row in planned))
            raise ConfigError(f"config.yaml: comparison: nothing of it can be run: {reasons}")
        dataset, network = self.house.datasets[own.dataset].title, self.house.models[own.model].title
        definition = Artefact(
            title=f"{own.title} on {dataset} with {network}",
            where="config.yaml",
            kind="table",
            step="tabulate_classification",
            rows=rows,
            footnotes=[f"The scale {self.scale} or config.yaml changes the schedule: {'; '.join(changed)}."]
            if changed
            else [],
        )
        return PlannedArtefact("comparison", "own", definition, tuple(planned))


def load_catalog(root: Path, config: dict[str, Any]) -> Catalog:
    """Return the catalog of the project in `root` under the user's `config`.

    Raises:
        ConfigError: a mistake in any of the files; see `mixsuite.config.house.load_house`.
    """
    return Catalog(load_house(root, config))


def _describe(planned: PlannedRow) -> dict[str, Any]:
    row = planned.row
    return {
        **row.model_dump(exclude={"run", "printed"}),
        "printed": {metric: printed.model_dump() for metric, printed in row.printed.items()},
        "method": planned.method,
        "runs": _describe_runs(planned.runs),
        "measured": _describe_measured(planned.measured),
        "recipe": row.run.recipe if row.run else None,
        "missing": planned.missing,
        "stand_in": bool(planned.stand_in_notes),
    }


def _describe_measured(measured: Measured) -> dict[str, Any]:
    return {kind: _describe_runs(runs) for kind, runs in measured.items()}


def _describe_runs(runs: Iterable[Run]) -> list[dict[str, Any]]:
    return [{"seed": run.seed, "identity": run.identity} for run in runs]


def _completed(planned: PlannedRow, rows: dict[str, PlannedRow]) -> PlannedRow:
    # A row that is derived from others stands in where any of these does.
    sources = [rows[name] for name in (*planned.row.best_of, *planned.row.deviation_of)]
    if not sources:
        return planned
    notes = tuple(dict.fromkeys(note for source in sources for note in source.stand_in_notes))
    missing = next((source.missing for source in sources if source.missing), None)
    return replace(planned, method=sources[0].method, missing=missing, stand_in_notes=notes)
