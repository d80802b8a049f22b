"""Gathering evidence: from a folder of results to the small files that are kept with the code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog
from mixsuite.catalog.runs import Run
from mixsuite.config.strict import ConfigError
from mixsuite.evidence.folder import INDEX, SCORECARD
from mixsuite.files import atomic_path, write_json
from mixsuite.intact import read_intact
from mixsuite.reporting.measurements import read_measurements, write_frame
from mixsuite.reporting.scorecard import build_scorecard
from mixsuite.steps import code_of

_OWNED = ("artefacts", "tables", "figures", "measurements", "records", "runs", "data")
_KEPT = {"table": ("tables", ("md", "csv")), "figure": ("figures", ("png", "csv"))}


@dataclass
class Collected:
    """What was gathered: the files, relative to the evidence's folder, and what there was not."""

    files: list[str] = field(default_factory=list)
    missing_runs: list[str] = field(default_factory=list)
    not_built: list[str] = field(default_factory=list)


def names_of(catalog: Catalog, asked: Sequence[str]) -> list[str]:
    """Return the artefacts that `asked` names: themselves, or a paper with all of its own.

    Raises:
        ConfigError: a name is neither's.
    """
    of_paper: dict[str, list[str]] = {}
    for name, artefact in catalog.built.items():
        of_paper.setdefault(artefact.paper, []).append(name)
    names: dict[str, None] = {}
    for each in asked:
        if each not in of_paper and each not in catalog.built:
            known = ", ".join([*of_paper, *catalog.built])
            raise ConfigError(f"{each}: is no paper or artefact of config.yaml's papers, expected one of {known}")
        names |= dict.fromkeys(of_paper.get(each, [each]))
    return list(names)


def collect(catalog: Catalog, names: Sequence[str], results: Path, folder: Path) -> Collected:
    """Copy what is small of the artefacts `names` from `results` (results/SCALE) into `folder`.

    What lay in the folders that evidence is kept in and is not gathered again is deleted: it would be of other results.

    Raises:
        ConfigError: nothing of `names` is there. Nothing was written then.
        RecordError: a run is damaged. Nothing was written then, either.
        OSError: a file cannot be read or written.
    """
    trainings = {run.identity: run for name in names for run in _trainings(catalog, name)}
    there = {identity for identity in trainings if _is_there(results / "runs" / identity)}
    found = Collected(missing_runs=[run.label for run in trainings.values() if run.identity not in there])
    copies = [*_run_files(there), *_dataset_files(catalog, trainings.values())]
    for name in names:
        forms = list(_artefact_files(name, catalog.artefacts[name].definition.kind))
        built = all((results / source).is_file() for source, _ in forms)
        copies += forms if built else []
        found.not_built += [] if built else [name]
    if not there and len(found.not_built) == len(names):
        # Evidence that is kept already would be deleted for nothing.
        raise ConfigError(f"{results}: found nothing of {', '.join(names)}, expected a folder of their results")
    copies = [(source, target) for source, target in copies if (results / source).is_file()]
    found.files = [target for _, target in copies]
    _write_descriptions(catalog, names, folder, found)
    for source, target in copies:
        with atomic_path(folder / target) as temporary:
            shutil.copyfile(results / source, temporary)
    _write_scorecard(catalog, names, folder, found)
    _write_index(catalog, names, list(trainings.values()), folder)
    _delete_others(folder, set(found.files))
    return found


def _trainings(catalog: Catalog, name: str) -> Iterator[Run]:
    return (run for run in catalog.artefacts[name].all_runs() if run.kind == "training")


def _is_there(folder: Path) -> bool:
    record = folder / "run.json"
    if not record.is_file():
        return False
    read_intact(record, folder / "history.csv")
    return True


def _run_files(identities: set[str]) -> Iterator[tuple[str, str]]:
    for identity in sorted(identities):
        for file in ("run.json", "history.csv"):
            yield (f"runs/{identity}/{file}",) * 2


def _dataset_files(catalog: Catalog, trainings: Sequence[Run]) -> Iterator[tuple[str, str]]:
    scale = paths.results(catalog.scale)
    found: dict[str, str] = {}
    for run in trainings:
        dataset = run.specification["dataset"]
        found[catalog.dataset_files(dataset["name"])[0]] = f"data/{dataset['name']}.json"
        if "subset" in dataset:
            found[catalog.data_files(run)[0]] = f"data/{dataset['name']}-{dataset['subset']}.json"
    yield from ((str(Path(source).relative_to(scale)), target) for source, target in found.items())


def _artefact_files(name: str, kind: str) -> Iterator[tuple[str, str]]:
    place, suffixes = _KEPT[kind]
    files = [*(f"{place}/{name}.{suffix}" for suffix in suffixes), f"measurements/{name}.csv", f"records/{name}.json"]
    return ((file, file) for file in files)


def _write_descriptions(catalog: Catalog, names: Sequence[str], folder: Path, found: Collected) -> None:
    for name in names:
        target = f"artefacts/{name}.json"
        about = {
            "kind": catalog.artefacts[name].definition.kind,
            "description": catalog.description(name),
            "trainings": list(dict.fromkeys(run.identity for run in _trainings(catalog, name))),
        }
        write_json(folder / target, about)
        found.files.append(target)


def _write_scorecard(catalog: Catalog, names: Sequence[str], folder: Path, found: Collected) -> None:
    measured = [folder / file for file in found.files if file.startswith("measurements/")]
    papers = dict.fromkeys(catalog.artefacts[name].paper for name in names)
    card = build_scorecard([catalog.house.manifests[paper] for paper in papers], read_measurements(measured))
    write_frame(folder / SCORECARD, card[card["artefact"].isin(names)])


def _write_index(catalog: Catalog, names: Sequence[str], trainings: Sequence[Run], folder: Path) -> None:
    not_shown = {
        key: [artefact for artefact in manifest.artefacts if f"{key}_{artefact}" not in names]
        for key, manifest in catalog.house.manifests.items()
    }
    index = {
        "scale": catalog.scale,
        "scale_title": catalog.house.scale.title,
        "config": _changed_settings(catalog),
        "artefacts": list(names),
        "not_shown": {key: artefacts for key, artefacts in sorted(not_shown.items()) if artefacts},
        "trainings": [
            {"identity": run.identity, "label": run.label, "seed": run.seed, "code": code_of(run)} for run in trainings
        ],
    }
    write_json(folder / INDEX, index)


def _changed_settings(catalog: Catalog) -> dict[str, Any]:
    # By whom it runs and where data lies is a matter of the machine.
    apart = {"scale", "papers", "device", "processes", "compile", "datasets", "image_sets", "weights"}
    return catalog.house.config.model_dump(exclude=apart, exclude_defaults=True)


def _delete_others(folder: Path, kept: set[str]) -> None:
    for owned in _OWNED:
        for path in sorted((folder / owned).rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(folder).as_posix() not in kept:
                path.unlink()
