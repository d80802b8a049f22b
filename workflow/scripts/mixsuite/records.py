"""The record of a result: what it was made of and with, and checksums by which damage to it shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mixsuite.files import digest, write_json
from mixsuite.provenance import record


class RecordError(ValueError):
    """A file is not the record of a result, or its checksum differs."""


class NoRecordError(RecordError):
    """A file is sound JSON, but not the record of a result."""


def write_record(path: Path, content: Mapping[str, Any], code: str, outputs: Iterable[Path] = ()) -> None:
    """Write `content` to `path` (JSON), with its provenance and checksums.

    `code` is the fingerprint of the code that computed it; `outputs` are the other files of the result, which are
    written already. The record gets `provenance`, `files` (the sha256 of each of `outputs`, by name) and `checksum`
    (of all the rest of the record).
    """
    files = {output.name: sha256_of(output) for output in outputs}
    # As it will be read: JSON has no tuples, and no keys but text.
    whole = json.loads(json.dumps({**content, "provenance": record(code), "files": files}, allow_nan=False))
    write_json(path, {**whole, "checksum": digest(whole)})


def read_record(path: Path) -> dict[str, Any]:
    """Return the record in `path`, its checksum held against its content.

    Raises:
        RecordError: the file is missing, holds no record, or is not as it was written.
    """
    try:
        return parse_record(path.read_bytes(), str(path))
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror}), expected the record of a result") from None


def parse_record(text: bytes, name: str) -> dict[str, Any]:
    """Return the record in `text`, which is called `name` in messages; raises as read_record."""
    try:
        content = json.loads(text)
        found = digest({key: value for key, value in content.items() if key != "checksum"}) if content else ""
    except (ValueError, AttributeError, RecursionError) as error:
        raise RecordError(f"{name}: cannot be read ({error}), expected the record of a result") from None
    if not is_record(content):
        raise NoRecordError(f"{name}: lacks a specification or provenance, expected the record of a result")
    if (expected := content.get("checksum", found)) != found:
        raise RecordError(f"{name}: was changed: its checksum is {found[:12]}, expected {str(expected)[:12]}")
    return content


def is_record(content: Any) -> bool:
    """Return whether `content`, read from a JSON file, is the record of a result."""
    return isinstance(content, dict) and all(
        isinstance(content.get(part), dict) for part in ("specification", "provenance")
    )


def damages(content: Mapping[str, Any], files: Iterable[Path]) -> list[str]:
    """Return in which of `files`, a result's beside its record `content`, something is missing or was changed."""
    found = []
    for file in files:
        expected = content.get("files", {}).get(file.name)
        if not file.is_file():
            found.append(f"{file.name} is missing")
        elif expected is not None and sha256_of(file) != expected:
            found.append(f"{file.name} was changed: its sha256 is not {expected[:12]}...")
    return found


def sha256_of_text(text: str) -> str:
    """Return the sha256 (hexadecimal) of `text` in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the sha256 (hexadecimal) of the file `path`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
