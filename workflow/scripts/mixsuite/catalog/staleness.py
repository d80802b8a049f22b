"""Finished results that do not belong to the images that are prepared now."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog
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
    runs = {run.identity: run for artefact in asked for run in artefact.all_runs() if "dataset" in run.specification}
    records = {paths.record(catalog.scale, run.kind, run.identity): run for run in runs.values()}
    return [path for path, run in records.items() if _is_stale(catalog, path, run)]


def _is_stale(catalog: Catalog, path: str, run: Run) -> bool:
    finished = Path(path)
    prepared = Path(catalog.data_files(run)[0])
    if not finished.is_file() or not prepared.is_file():
        return False
    return _read(finished)["dataset"]["sha256"] != _read(prepared)["sha256"]


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))
