"""Whether finished results are what the present code, settings and data would make, and undamaged; and if not, why."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mixsuite.catalog.artefacts import Catalog
from mixsuite.catalog.runs import identity
from mixsuite.overview.results import Result
from mixsuite.records import RecordError, damages, read_record


@dataclass(frozen=True)
class Finding:
    """What was found about one result that is there, in part at least."""

    path: str
    kind: str
    identity: str
    label: str
    damaged: tuple[str, ...] = ()
    """What is missing or was changed since it was written."""
    stale: tuple[str, ...] = ()
    """In what it is not what would be made now."""
    notes: tuple[str, ...] = ()
    """What may matter, and is no reason to make it again: another environment, checksums that were not kept."""

    @property
    def state(self) -> str:
        """`damaged`, `stale` or `good`."""
        return "damaged" if self.damaged else "stale" if self.stale else "good"


@dataclass
class Verifier:
    """Holds results in the project's folder `root` against the code, the settings and the data that are there now."""

    root: Path
    catalog: Catalog
    whole: bool = True
    """Whether to read all files; otherwise the records alone."""
    _findings: dict[str, Finding | None] = field(default_factory=dict)

    def findings(self, results: Iterable[Result]) -> list[Finding]:
        """Return what is found about each of `results` of which a file is there."""
        found = (self.finding(result) for result in results)
        return [finding for finding in found if finding is not None]

    def finding(self, result: Result) -> Finding | None:
        """Return what is found about `result`, or None where nothing of it is there."""
        if result.identity not in self._findings:
            self._findings[result.identity] = self._look(result)
        return self._findings[result.identity]

    def reasons_against(self, result: Result, content: Mapping[str, Any]) -> list[str]:
        """Return in what the record `content`, wherever it lies, is not that of `result` as it would be made now."""
        found = [*self._other_settings(result, content), *self._other_code(result, content)]
        return [*found, *self._other_data(result, content)]

    def _look(self, result: Result) -> Finding | None:
        about = (result.record, result.run.kind, result.identity, result.run.label)
        files = [self.root / file for file in result.files]
        if not any(file.is_file() for file in files):
            return None
        if not files[0].is_file():
            return Finding(*about, damaged=(f"{files[0].name} is missing",))
        try:
            content = read_record(files[0])
        except RecordError as error:
            return Finding(*about, damaged=(str(error).removeprefix(f"{files[0]}: "),))
        stale = [*self.reasons_against(result, content), *self._older_than_needs(result)]
        unkept = [] if "checksum" in content else ["no checksum was kept of it"]
        notes = [*unkept, *environment_notes(content)]
        return Finding(*about, tuple(self._damages(content, files[1:])), tuple(stale), tuple(notes))

    def _damages(self, content: Mapping[str, Any], files: list[Path]) -> list[str]:
        if self.whole:
            return damages(content, files)
        return [f"{file.name} is missing" for file in files if not file.is_file()]

    def _other_settings(self, result: Result, content: Mapping[str, Any]) -> Iterator[str]:
        if (found := identity(content["specification"])) != result.identity:
            yield f"other settings: it is the result of the run {found}"

    def _other_code(self, result: Result, content: Mapping[str, Any]) -> Iterator[str]:
        found = content["provenance"].get("code")
        if not found:
            yield "it does not say by which code it was made"
        elif found != result.code:
            yield f"other code: {found}, now {result.code}"

    def _other_data(self, result: Result, content: Mapping[str, Any]) -> Iterator[str]:
        found = content.get("dataset")
        if result.reader is None or not isinstance(found, dict):
            return
        # What is made of a subset names the sha256 of that, which is a dataset like any other.
        prepared = self._sha256_in(self.catalog.data_files(result.reader)[0])
        if prepared and found.get("sha256") != prepared:
            dataset = result.reader.specification["dataset"]
            name = f"subset {dataset['subset']} of {dataset['name']}" if "subset" in dataset else dataset["name"]
            yield f"other data: {name} with sha256 {str(found.get('sha256'))[:12]}..., now {prepared[:12]}..."

    def _older_than_needs(self, result: Result) -> Iterator[str]:
        made = (self.root / result.record).stat().st_mtime
        for need in result.needs:
            record = self.root / need.record
            if not record.is_file():
                yield f"what it was made of is gone: {need.record}"
            elif record.stat().st_mtime > made:
                yield f"what it was made of is newer: {need.record}"
            elif (finding := self.finding(need)) and finding.state != "good":
                yield f"what it was made of is {finding.state}: {need.record}"

    def dataset_sha256(self, name: str) -> str | None:
        """Return the sha256 of the dataset `name` as it is prepared in the project, or None where it is not."""
        return self._sha256_in(self.catalog.dataset_files(name)[0])

    def _sha256_in(self, description: str) -> str | None:
        path = self.root / description
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))["sha256"]
        except (ValueError, KeyError, TypeError):
            return "unreadable"


def environment_notes(content: Mapping[str, Any]) -> list[str]:
    """Return in which versions the environment of the record `content` differs from the present one."""
    provenance = content["provenance"]
    there = {"python": provenance.get("python"), **(provenance.get("libraries") or {})}
    pairs = ((name, found, _version(name)) for name, found in there.items())
    return [f"made with {name} {found}, here {here}" for name, found, here in pairs if found and here and found != here]


@cache
def _version(library: str) -> str | None:
    if library == "python":
        return platform.python_version()
    try:
        return version(library)
    except PackageNotFoundError:
        return None
