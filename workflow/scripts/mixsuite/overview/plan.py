"""What there is to do at a scale, and what it may cost, artefact by artefact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mixsuite.catalog.artefacts import Catalog, PlannedArtefact
from mixsuite.overview.costs import Cost, Costs
from mixsuite.overview.effort import PASSES
from mixsuite.overview.results import Result, artefact_results, results_of
from mixsuite.overview.verification import Verifier

_SHOW_SECONDS = 4.0
"""Of a job that draws or tabulates, and of one that prepares a dataset of small images."""
_HOUR = 3600.0


@dataclass(frozen=True)
class Line:
    """What an artefact takes, or all together; runs that several artefacts show count for each of them.

    Hours are those of what is left: of one GPU, and of CPU cores for what does not run on one.
    """

    name: str
    left: int
    done: int
    core_hours: float
    gpu_hours: float
    unknown: int
    """Jobs of which nobody knows what they cost."""
    bytes_there: int
    bytes_left: float


@dataclass(frozen=True)
class Plan:
    """A line per artefact, and one for all together, in which every run counts once; `stale` results are to be done."""

    scale: str
    device: str
    lines: tuple[Line, ...]
    total: Line
    stale: int
    measured: int
    """Runs left whose cost is known by finished ones like them."""
    counted: int
    """Runs left whose operations were counted."""


class Planner:
    """Plans what is left in the project `root` under `catalog`, with `costs` per run, on a GPU or else on CPU cores."""

    def __init__(self, root: Path, catalog: Catalog, verifier: Verifier, costs: Costs, on_gpu: bool) -> None:
        self._root, self._catalog, self._on_gpu, self._costs = root, catalog, on_gpu, costs
        self._verifier = verifier
        self._cost: dict[str, Cost] = {}

    def plan(self, device: str) -> Plan:
        """Return the plan; `device` is what it says of the device."""
        results = results_of(self._catalog)
        lines = [self._line(artefact) for artefact in self._catalog.built.values()]
        total = self._sum("all together", results.values(), list(self._catalog.built), scorecard=True)
        left = [result for result in results.values() if not self.is_done(result)]
        by = [self._cost_of(result).by for result in left]
        stale = sum(self._verifier.finding(result) is not None for result in left)
        return Plan(self._catalog.scale, device, tuple(lines), total, stale, by.count("measured"), by.count("counted"))

    def is_done(self, result: Result) -> bool:
        """Return whether `result` is there, and what would be made now."""
        finding = self._verifier.finding(result)
        return finding is not None and finding.state == "good"

    def _line(self, artefact: PlannedArtefact) -> Line:
        results = artefact_results(self._catalog, artefact)
        return self._sum(artefact.name, results.values(), [artefact.name])

    def _sum(self, name: str, results: Iterable[Result], artefacts: list[str], scorecard: bool = False) -> Line:
        results = list(results)
        left = [result for result in results if not self.is_done(result)]
        unprepared = self._unprepared(left)
        changed = {result.identity for result in left}
        # What shows a run is made anew after it.
        shown = [each for each in artefacts if not self._is_shown(each, changed)]
        jobs = len(left) + len(unprepared) + len(shown) + (scorecard and bool(shown))
        costs = [(result, self._cost_of(result)) for result in left]
        seconds = {True: 0.0, False: _SHOW_SECONDS * (len(shown) + len(unprepared))}
        for result, cost in costs:
            seconds[self._on_gpu and result.run.kind in PASSES] += cost.seconds or 0.0
        files = {file for result in results for file in result.files}
        files |= {file for each in artefacts for file in self._catalog.files(each)}
        there = sum(path.stat().st_size for file in files if (path := self._root / file).is_file())
        return Line(
            name=name,
            left=jobs,
            done=len(results) + len(artefacts) + scorecard - (jobs - len(unprepared)),
            core_hours=seconds[False] / _HOUR,
            gpu_hours=seconds[True] / _HOUR,
            unknown=sum(cost.seconds is None for _, cost in costs),
            bytes_there=there,
            bytes_left=sum(cost.bytes for _, cost in costs) + sum(unprepared.values()),
        )

    def _cost_of(self, result: Result) -> Cost:
        if result.identity not in self._cost:
            self._cost[result.identity] = self._costs.of(result)
        return self._cost[result.identity]

    def _unprepared(self, left: Iterable[Result]) -> Mapping[str, float]:
        needed = {result.dataset: result for result in left if result.dataset}
        return {
            name: self._costs.dataset_bytes(result)
            for name, result in needed.items()
            if self._verifier.dataset_sha256(name) is None
        }

    def _is_shown(self, artefact: str, changed: set[str]) -> bool:
        shows = artefact_results(self._catalog, self._catalog.artefacts[artefact])
        there = all((self._root / file).is_file() for file in self._catalog.files(artefact))
        return there and not shows.keys() & changed
