"""Where results come from: an archive, or a folder in any layout. Names in them never decide where anything goes."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol

from mixsuite.exchange.archive import FORMAT, MANIFEST

_LARGEST_RECORD = 64_000_000
_NAME_AT = 30
"""Where the name of a zip file's first entry starts."""


class SourceError(ValueError):
    """Nothing can be taken from an archive or a folder."""


class Source(Protocol):
    """Gives the JSON files that may be records of results, and the files that lie beside them."""

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the JSON files."""

    def open_beside(self, record: str, name: str) -> BinaryIO | None:
        """Return the file `name` in the folder of `record`, opened, or None where there is none."""


class Folder:
    """A folder: a results folder of another machine, or what was made by hand. Links in it are passed over."""

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise SourceError(f"{path}: no such folder or archive")
        self._path = path

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the JSON files."""
        for path in sorted(self._path.rglob("*.json")):
            # Hidden folders hold states of what is not finished.
            inside = path.relative_to(self._path)
            if _plain(path) and path.stat().st_size <= _LARGEST_RECORD and not any(p[0] == "." for p in inside.parts):
                yield str(inside), path.read_bytes()

    def open_beside(self, record: str, name: str) -> BinaryIO | None:
        """Return the file `name` in the folder of `record`, opened, or None where there is none."""
        path = (self._path / record).parent / name
        return path.open("rb") if _plain(path) else None


class Archive:
    """An archive that write_archive made; files that its manifest does not list as they are cannot be opened."""

    def __init__(self, path: Path) -> None:
        """Open `path`; raise SourceError unless it is an archive of this suite, with plain names and no links."""
        starts_as_one = False
        try:
            starts_as_one = _starts_as_archive(path)
            self._zip = zipfile.ZipFile(path)
            manifest = json.loads(self._read(MANIFEST))
        except (zipfile.BadZipFile, OSError, ValueError, RecursionError) as error:
            if starts_as_one:
                raise SourceError(f"{path}: is a damaged archive of results or a part of one ({error})") from None
            raise SourceError(f"{path}: is no archive of results ({error})") from None
        entries = self._zip.infolist()
        if len({entry.filename for entry in entries}) != len(entries):
            raise SourceError(f"{path}: holds a name twice")
        for entry in entries:
            _check_entry(path, entry)
        self._files = _listed(path, manifest, {entry.filename for entry in entries})

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the JSON files."""
        for name, expected in self._files.items():
            if name.endswith(".json"):
                content = self._read(name)
                if hashlib.sha256(content).hexdigest() != expected:
                    raise SourceError(f"{name}: is not the file that {MANIFEST} lists: the archive is damaged")
                yield name, content

    def open_beside(self, record: str, name: str) -> BinaryIO | None:
        """Return the file `name` in the folder of `record`, opened, or None where there is none."""
        inside = str(PurePosixPath(record).parent / name)
        return self._zip.open(inside) if inside in self._files else None

    def _read(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as file:
                # What an entry says of its size need not be true.
                content = file.read(_LARGEST_RECORD + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
            raise SourceError(f"{name}: cannot be unpacked ({error})") from None
        if len(content) > _LARGEST_RECORD:
            raise SourceError(f"{name}: is larger than {_LARGEST_RECORD} bytes")
        return content


def open_source(path: Path) -> Source:
    """Return what `path` is, an archive or a folder; raise SourceError where it is neither."""
    return Archive(path) if path.is_file() else Folder(path)


def copy(source: BinaryIO, target: Path) -> None:
    """Write what is left in `source` to `target`."""
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _starts_as_archive(path: Path) -> bool:
    # Where it was cut off, zipfile may take it for an archive within it (.npz), whose list of names is then the last.
    with path.open("rb") as file:
        start = file.read(_NAME_AT + len(MANIFEST))
    return start.startswith(b"PK\3\4") and start[_NAME_AT:] == MANIFEST.encode()


def _listed(path: Path, manifest: Any, names: Collection[str]) -> dict[str, str]:
    """Return the sha256 of each file that the manifest lists; all of them must be among `names`."""
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise SourceError(f"{path}: {MANIFEST} lacks format {FORMAT}, expected an archive of this suite")
    try:
        listed = {name: str(entry["sha256"]) for name, entry in manifest["files"].items()}
    except (KeyError, TypeError, AttributeError):
        raise SourceError(f"{path}: {MANIFEST} lists no files with their sha256") from None
    missing = sorted(listed.keys() - set(names))
    if missing:
        raise SourceError(f"{path}: lacks {missing[0]}, which {MANIFEST} lists")
    return listed


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or ":" in entry.filename:
        raise SourceError(f"{path}: found the name {entry.filename!r}, expected names within the archive")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise SourceError(f"{path}: {entry.filename}: is a link or a folder, expected plain files")


def _plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
