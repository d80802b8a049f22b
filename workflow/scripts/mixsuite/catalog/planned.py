"""What is planned: rows and artefacts of the manifests with the runs that give them their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mixsuite.catalog.runs import Run
from mixsuite.config.manifest import Artefact, Row
from mixsuite.config.strict import ConfigError

Measured = Mapping[str, tuple[Run, ...]]
"""Runs by kind: what is measured beside, or of, the runs of a row."""


@dataclass(frozen=True)
class PlannedRow:
    """A row of a manifest, and the runs that give it its numbers; `missing` says why there are none."""

    row: Row
    method: str | None
    runs: tuple[Run, ...] = ()
    """What the row shows, a run per seed."""
    measured: Measured = field(default_factory=dict)
    missing: str | None = None
    stand_in_notes: tuple[str, ...] = ()

    def with_notes(self, notes: Iterable[str]) -> PlannedRow:
        """Return the row with further `notes` on what stands in for the paper's."""
        return replace(self, stand_in_notes=tuple(dict.fromkeys((*self.stand_in_notes, *notes))))

    def with_measured(self, kind: str, runs: Iterable[Run]) -> PlannedRow:
        """Return the row with `runs` of `kind` measured for it."""
        return replace(self, measured={**self.measured, kind: tuple(runs)})


@dataclass(frozen=True)
class PlannedArtefact:
    """An artefact of a paper as it is built at the chosen scale."""

    name: str
    paper: str
    definition: Artefact
    rows: tuple[PlannedRow, ...]
    measured: Measured = field(default_factory=dict)
    """What belongs to the artefact as a whole."""
    stand_in_notes: tuple[str, ...] = ()
    """What stands in for the paper's beside what its rows say."""

    def runs(self, kind: str) -> dict[str, Run]:
        """Return the runs of `kind` that it shows, by identity."""
        return {run.identity: run for run in self._shown() if run.kind == kind}

    def all_runs(self) -> Iterator[Run]:
        """Yield the runs that it shows, each after those that it is made of; a run may come more than once."""
        for run in self._shown():
            yield from _with_needs(run)

    def only_dataset(self) -> dict[str, Any]:
        """Return the dataset that all networks are trained on, or on subsets of; raise ConfigError if not one."""
        trained = self.runs("training").values()
        datasets = {run.specification["dataset"]["name"]: run.specification["dataset"] for run in trained}
        if len(datasets) > 1:
            found = f"found rows on {', '.join(datasets)}, expected one dataset"
            raise ConfigError(f"workflow/papers/{self.paper}.yaml: {self.name}: {found}")
        return {key: value for key, value in next(iter(datasets.values())).items() if key != "subset"}

    def _shown(self) -> Iterator[Run]:
        for row in self.rows:
            yield from row.runs
            for runs in row.measured.values():
                yield from runs
        for runs in self.measured.values():
            yield from runs


def _with_needs(run: Run) -> Iterator[Run]:
    for needed in run.needs:
        yield from _with_needs(needed)
    yield run
