"""The folder that evidence is kept in: small files that go with the code, and what a page is made of.

evidence.json          the scale and what else of config.yaml results depend on, the artefacts shown and not shown, the
                       trainings that they need
artefacts/NAME.json    what the catalog said of an artefact: rows, claims, what stands in, footnotes
tables/, figures/, measurements/    as the suite's own steps left them
scorecard.csv          the score card's lines of these artefacts
records/NAME.json      what a table or a figure was made of
runs/RUN/              run.json and history.csv of a training
data/NAME.json         a dataset's description, without its pixels
throughput.json        images per second beside a plain loop, if that was measured
notes.md               what a person has to say of the data and the machine, if there is anything
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mixsuite.evidence import forms
from mixsuite.evidence.kept import check_kept
from mixsuite.records import read_record
from mixsuite.reporting.description import Description, read_description
from mixsuite.reporting.measurements import read_measurements

INDEX, NOTES, THROUGHPUT, PAGE, SCORECARD = "evidence.json", "notes.md", "throughput.json", "README.md", "scorecard.csv"


@dataclass(frozen=True)
class Training:
    """A training that some artefact needs; `result` is its run.json, None where the run is missing."""

    identity: str
    label: str
    seed: int
    code: str
    """The fingerprint of the code that would have made it when the evidence was collected."""
    result: Mapping[str, Any] | None


@dataclass(frozen=True)
class Shown:
    """An artefact; `measurements` is None where it was not built, `table` (Markdown) too where it is a figure."""

    kind: str
    description: Description
    trainings: tuple[str, ...]
    """Identities of the trainings that it needs."""
    measurements: pd.DataFrame | None
    table: str | None

    @property
    def name(self) -> str:
        """The artefact's name."""
        return self.description.name


@dataclass(frozen=True)
class Evidence:
    """All that a folder holds."""

    scale: str
    scale_title: str
    config: Mapping[str, Any]
    """What else of config.yaml the results depend on, where it is no default."""
    shown: tuple[Shown, ...]
    not_shown: Mapping[str, Sequence[str]]
    """By paper, the artefacts that are not shown."""
    trainings: tuple[Training, ...]
    datasets: Mapping[str, Mapping[str, Any]]
    throughput: Mapping[str, Any] | None
    notes: str


def read_evidence(folder: Path) -> Evidence:
    """Return what is in `folder`.

    Raises:
        ValueError: there is no evidence, or a file is damaged or lacks something.
        OSError: a file cannot be read.
    """
    if not (folder / INDEX).is_file():
        raise ValueError(f"no {INDEX} in {folder}, expected what collect_evidence.py wrote")
    index = _read_json(folder / INDEX, forms.INDEX)
    return Evidence(
        scale=index["scale"],
        scale_title=index["scale_title"],
        config=index["config"],
        shown=tuple(_shown(folder, name) for name in index["artefacts"]),
        not_shown=index["not_shown"],
        trainings=tuple(_training(folder, training) for training in index["trainings"]),
        datasets={path.stem: _read_json(path, forms.DATASET) for path in sorted((folder / "data").glob("*.json"))},
        throughput=_read_json(folder / THROUGHPUT, forms.THROUGHPUT) if (folder / THROUGHPUT).is_file() else None,
        notes=_read_text(folder / NOTES) if (folder / NOTES).is_file() else "",
    )


def _training(folder: Path, about: Mapping[str, Any]) -> Training:
    return Training(**{key: about[key] for key in forms.TRAINING}, result=_result(folder, about["identity"]))


def _shown(folder: Path, name: str) -> Shown:
    path = folder / "artefacts" / f"{name}.json"
    about = _read_json(path, forms.ARTEFACT)
    measured, table = folder / "measurements" / f"{name}.csv", folder / "tables" / f"{name}.md"
    if measured.is_file():
        check_kept(folder, name)
    return Shown(
        kind=about["kind"],
        description=_description(path, about["description"]),
        trainings=tuple(about["trainings"]),
        measurements=read_measurements([measured]) if measured.is_file() else None,
        table=_read_text(table) if table.is_file() else None,
    )


def _description(path: Path, data: Mapping[str, Any]) -> Description:
    try:
        return read_description(data)
    except (ValueError, TypeError, AttributeError) as error:
        # Programs get it as this option.
        raise ValueError(f"{path}: description: {str(error).removeprefix('--artefact: ')}") from None


def _result(folder: Path, identity: str) -> Mapping[str, Any] | None:
    record = folder / "runs" / identity / "run.json"
    return read_record(record) if record.is_file() else None


def _read_json(path: Path, form: forms.Form) -> Any:
    try:
        content = json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: found no JSON ({error}), expected some") from None
    forms.check_form(str(path), content, form)
    return content


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path}: found bytes that are no UTF-8 text, expected a text file") from None
