"""Finished trainings that do not belong to the images that are prepared now."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog
from mixsuite.catalog.runs import Run
from mixsuite.catalog.targets import OTHER_TARGETS


def stale_trainings(catalog: Catalog, targets: Collection[str]) -> list[str]:
    """Return the trainings behind the artefacts among `targets` that were trained on other images.

    No target at all, or one that covers everything, means all built artefacts; a mere file means none. Runs or datasets
    that are not there are not stale. Paths are taken from the working folder, as Snakemake's are.
    """
    everything = not targets or any(target in OTHER_TARGETS for target in targets)
    asked = [
        artefact
        for name, artefact in catalog.built.items()
        if everything or name in targets or artefact.paper in targets
    ]
    runs = {identity: run for artefact in asked for identity, run in artefact.trainings.items()}
    return [identity for identity, run in runs.items() if _is_stale(catalog, run)]


def _is_stale(catalog: Catalog, run: Run) -> bool:
    finished = Path(paths.training_files(catalog.scale, run.identity)["run"])
    prepared = Path(catalog.dataset_files(run.specification["dataset"]["name"])[0])
    if not finished.is_file() or not prepared.is_file():
        return False
    return _read(finished)["dataset"]["sha256"] != _read(prepared)["sha256"]


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))
