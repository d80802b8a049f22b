"""Taking finished results into the results folder: only what the present project would make itself, and undamaged."""

from __future__ import annotations

import json
import os
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from mixsuite.catalog.runs import identity
from mixsuite.exchange.difference import nearest
from mixsuite.exchange.sources import Source, copy
from mixsuite.files import atomic_path
from mixsuite.overview.results import Result
from mixsuite.overview.verification import Verifier
from mixsuite.records import NoRecordError, RecordError, damages, parse_record, read_record


@dataclass(frozen=True)
class Outcome:
    """What became of one record: `taken`, `there` already, `refused`, or `not asked` for by the configuration."""

    name: str
    state: str
    label: str = ""
    reason: str = ""
    path: str = ""


@dataclass
class Intake:
    """Takes results into the project that `verifier` looks at; `wanted` are those that it asks for, by identity."""

    verifier: Verifier
    wanted: Mapping[str, Result]
    other_code: bool = False
    """Whether to take what other code made. Verification names it as stale from then on."""
    dry: bool = False
    """Whether to look only."""

    def take(self, source: Source) -> Iterator[Outcome]:
        """Take what there is in `source`, and yield what becomes of each record.

        All files get the same time: none is newer than what was made of it, so that Snakemake makes nothing anew.
        """
        when = time.time()
        for name, text in source.records():
            try:
                content = parse_record(text, name)
            except NoRecordError:
                # Other JSON that lies beside results is an object.
                if not isinstance(found := json.loads(text), dict):
                    reason = f"found {json.dumps(found)}, expected the record of a result"
                    yield Outcome(name, "refused", reason=reason)
            except RecordError as error:
                yield Outcome(name, "refused", reason=str(error).removeprefix(f"{name}: "))
            else:
                # Tables and figures are drawn anew, of what is taken.
                if "artefact" not in content["specification"]:
                    yield self._outcome(source, name, text, content, when)

    def _outcome(self, source: Source, name: str, text: bytes, content: dict[str, Any], when: float) -> Outcome:
        result = self.wanted.get(identity(content["specification"]))
        if result is None:
            return Outcome(name, "not asked", reason=nearest(content["specification"], self.wanted.values()))
        about = {"name": name, "label": result.run.label, "path": result.record}
        reasons = self._reasons_against(result, content)
        if reasons:
            return Outcome(state="refused", reason="; ".join(reasons), **about)
        target = self.verifier.root / result.record
        if not self.dry:
            target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that files need but a new name.
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=None if self.dry else target.parent) as folder:
            found = self._fetch(source, name, content, result, Path(folder))
            if found:
                return Outcome(state="refused", reason="; ".join(found), **about)
            present = self._present(result, content)
            if present:
                return Outcome(state=present[0], reason=present[1], **about)
            if not self.dry:
                self._place(result, text, Path(folder), when)
        return Outcome(state="taken", **about)

    def _reasons_against(self, result: Result, content: Mapping[str, Any]) -> list[str]:
        reasons = self.verifier.reasons_against(result, content)
        if "checksum" not in content:
            reasons.append("no checksum was kept of it")
        if self.other_code:
            reasons = [reason for reason in reasons if not reason.startswith("other code")]
        return reasons

    def _fetch(self, source: Source, name: str, content: Mapping[str, Any], result: Result, folder: Path) -> list[str]:
        files = [folder / Path(file).name for file in result.others]
        for file in files:
            try:
                beside = source.open_beside(name, file.name)
                if beside is not None:
                    with beside:
                        copy(beside, file)
            except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
                return [f"{file.name} cannot be unpacked ({error})"]
        unkept = [f"no checksum was kept of {file.name}" for file in files if file.name not in content.get("files", {})]
        return [*damages(content, files), *unkept]

    def _present(self, result: Result, content: Mapping[str, Any]) -> tuple[str, str] | None:
        record, others = self.verifier.root / result.record, [self.verifier.root / file for file in result.others]
        if not any(file.exists() for file in (record, *others)):
            return None
        there = [file for file in others if file.exists()]
        if not record.exists():
            # The record is placed last: this may be what a kill left of an earlier intake.
            return ("refused", f"there are other files already: {there[0]}") if damages(content, there) else None
        try:
            present = read_record(record)
            damage = damages(present, others)
        except RecordError as error:
            present, damage = None, [str(error).removeprefix(f"{record}: ")]
        if present == content and not damage:
            return "there", ""
        found = f"a damaged result ({'; '.join(damage)})" if damage else "another result"
        place = _place_of(result, self.verifier.root)
        return "refused", f"{found} is there already: delete {place} if it is to be replaced"

    def _place(self, result: Result, text: bytes, folder: Path, when: float) -> None:
        for file in result.others:
            target = self.verifier.root / file
            (folder / target.name).chmod(0o644)
            os.utime(folder / target.name, (when, when))
            (folder / target.name).replace(target)
        with atomic_path(self.verifier.root / result.record) as temporary:
            temporary.write_bytes(text)
        os.utime(self.verifier.root / result.record, (when, when))


def _place_of(result: Result, root: Path) -> str:
    """Return what to delete of `result`, and nothing else: its folder where it has one of its own, or its files."""
    record = root / result.record
    if record.parent.name == result.identity:
        return str(record.parent)
    return " and ".join(str(root / file) for file in result.files)
