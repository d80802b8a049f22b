"""All results of runs that a configuration asks for, each with its files; sweeps among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog
from mixsuite.catalog.planned import PlannedArtefact
from mixsuite.catalog.runs import Run
from mixsuite.config.patches import PatchMethod
from mixsuite.steps import code_of, step_of, sweep_run


@dataclass(frozen=True)
class Result:
    """What a job of a run leaves: `files`, relative to the project's folder, of which the first is the record."""

    run: Run
    files: tuple[str, ...]
    benchmark: str
    """Where Snakemake keeps how long the job took."""
    needs: tuple[Result, ...] = field(default=())

    @property
    def identity(self) -> str:
        """The identity of the run."""
        return self.run.identity

    @property
    def record(self) -> str:
        """The file that says what the result was made of."""
        return self.files[0]

    @property
    def others(self) -> tuple[str, ...]:
        """The files beside the record."""
        return self.files[1:]

    @property
    def step(self) -> str:
        """The program, and rule, that makes it."""
        return step_of(self.run.kind)

    @cached_property
    def code(self) -> str:
        """The fingerprint of the code that makes it now."""
        return code_of(self.run)

    @property
    def reader(self) -> Run | None:
        """The run that says which dataset or subset it is made of: its own, or that of the network it is made of."""
        if isinstance(self.run.specification.get("dataset"), dict):
            return self.run
        networks_first = sorted(self.needs, key=lambda need: need.run.kind != "training")
        return next((need.reader for need in networks_first if need.reader), None)

    @property
    def dataset(self) -> str | None:
        """The name of the dataset that it is made of, the whole or a subset."""
        return self.reader.specification["dataset"]["name"] if self.reader else None

    @property
    def training(self) -> dict[str, Any] | None:
        """The specification of the training that it is, or is made of."""
        if self.run.kind == "training":
            return self.run.specification
        return next((need.training for need in self.needs if need.training), None)


def results_of(catalog: Catalog) -> dict[str, Result]:
    """Return the results of all built artefacts by identity, each after those that it needs."""
    found: dict[str, Result] = {}
    for artefact in catalog.built.values():
        found |= artefact_results(catalog, artefact)
    return found


def artefact_results(catalog: Catalog, artefact: PlannedArtefact) -> dict[str, Result]:
    """Return the results that `artefact` is made of by identity, each after those that it needs."""
    found: dict[str, Result] = {}
    for run in artefact.all_runs():
        found[run.identity] = _result(catalog.scale, run)
    if artefact.definition.sweep:
        found |= {result.identity: result for result in _sweeps(catalog, artefact.name)}
    return found


def _result(scale: str, run: Run) -> Result:
    files = tuple(paths.outputs(scale, run.kind, run.identity).values())
    needs = tuple(_result(scale, need) for need in run.needs)
    return Result(run, files, _benchmark(scale, step_of(run.kind), run.identity), needs)


def _sweeps(catalog: Catalog, name: str) -> Iterator[Result]:
    for method, table in zip(get_args(PatchMethod), paths.sweep_files(catalog.scale, name), strict=True):
        run = sweep_run(catalog, name, method)
        record = table.removesuffix(".csv") + ".json"
        yield Result(run, (record, table), _benchmark(catalog.scale, "sweep_patches", f"{name}_{method}"))


def _benchmark(scale: str, step: str, name: str) -> str:
    return str(paths.results(scale) / "benchmarks" / step / f"{name}.jsonl")
