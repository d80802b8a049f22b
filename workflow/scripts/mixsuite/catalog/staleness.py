"""Finished trainings, timings and compositions that do not belong to the images that are prepared now."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog, PlannedArtefact
from mixsuite.catalog.runs import Run
from mixsuite.catalog.targets import OTHER_TARGETS


def stale_results(catalog: Catalog, targets: Collection[str]) -> list[str]:
    """Return the records behind the artefacts among `targets` that were made of other images.

    No target at all, or one that covers everything, means all built artefacts; a mere file means none. Records or
    datasets that are not there are not stale. Paths are taken from the working folder, as Snakemake's are.
    """
    everything = not targets or any(target in OTHER_TARGETS for target in targets)
    asked = [
        artefact
        for name, artefact in catalog.built.items()
        if everything or name in targets or artefact.paper in targets
    ]
    records = {path: run for artefact in asked for path, run in _records(catalog.scale, artefact)}
    return [path for path, run in records.items() if _is_stale(catalog, path, run)]


def _records(scale: str, artefact: PlannedArtefact) -> Iterator[tuple[str, Run]]:
    for run in artefact.trainings.values():
        yield paths.training_files(scale, run.identity)["run"], run
    for run in artefact.timings.values():
        yield paths.timing(scale, run.identity), run
    if artefact.composition:
        yield paths.composition_files(scale, artefact.composition.identity)[0], artefact.composition


def _is_stale(catalog: Catalog, path: str, run: Run) -> bool:
    finished = Path(path)
    prepared = Path(catalog.dataset_files(run.specification["dataset"]["name"])[0])
    if not finished.is_file() or not prepared.is_file():
        return False
    return _read(finished)["dataset"]["sha256"] != _read(prepared)["sha256"]


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))
