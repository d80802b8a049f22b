"""Whether tables, figures and the score card are those of the results that are there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog
from mixsuite.files import canonical_json
from mixsuite.overview.text import counted
from mixsuite.overview.verification import Finding
from mixsuite.provenance import code_fingerprint
from mixsuite.records import RecordError, read_record, sha256_of, sha256_of_text
from mixsuite.steps import script

SCORECARD = "scorecard"


def artefact_findings(root: Path, catalog: Catalog) -> list[Finding]:
    """Return what is found about each artefact, and the score card, of which a file is there in the project `root`."""
    found = []
    for name, artefact in catalog.built.items():
        about = canonical_json(catalog.description(name)), artefact.definition.step
        found += _findings(root, catalog, name, catalog.files(name), *about)
    card = catalog.house.scale.title, "write_scorecard"
    return [*found, *_findings(root, catalog, SCORECARD, paths.scorecard_files(catalog.scale), *card)]


def _findings(
    root: Path, catalog: Catalog, name: str, files: list[str], description: str, step: str
) -> Iterator[Finding]:
    record = paths.artefact_record(catalog.scale, name)
    about = (record, "artefact", name, name)
    if not any((root / file).is_file() for file in files):
        return
    if not (root / record).is_file():
        yield Finding(*about, notes=("no record was kept of it",))
        return
    try:
        content = read_record(root / record)
    except RecordError as error:
        yield Finding(*about, damaged=(str(error).removeprefix(f"{root / record}: "),))
        return
    changed = (path for path, sha256 in content.get("forms", {}).items() if not _is(root / path, sha256))
    damaged = tuple(f"is missing or was changed: {path}" for path in changed)
    yield Finding(*about, damaged=damaged, stale=tuple(_reasons(root, content, description, step)))


def _reasons(root: Path, content: Mapping[str, Any], description: str, step: str) -> Iterator[str]:
    if content["specification"].get("description") != sha256_of_text(description):
        yield "other settings, or another manifest"
    if (found := content["provenance"].get("code")) != (now := code_fingerprint(script(step))):
        yield f"other code: {found}, now {now}"
    shown = content.get("made_of", {})
    changed = [path for path, sha256 in shown.items() if not _is(root / path, sha256)]
    if changed:
        yield f"what it shows has changed: {counted(len(changed), 'file')}, for instance {changed[0]}"


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256
