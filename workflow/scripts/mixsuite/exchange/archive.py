"""An archive of results: one zip file with a manifest, byte for byte the same for the same files.

manifest.json   what it is, and the sha256 and size of every file in it
SHA256SUMS      the same for `sha256sum -c`, which needs nothing of this suite
results/...     the files, where they lie in the project
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mixsuite.files import atomic_path
from mixsuite.records import sha256_of

FORMAT = 1
MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DENSE = (".safetensors", ".npz", ".png")
"""Files that hardly become smaller by packing."""


def write_archive(path: Path, root: Path, files: Iterable[str], about: Mapping[str, Any]) -> dict[str, Any]:
    """Pack `files`, relative to `root`, into `path` (.zip), and return the manifest; `about` joins it.

    Raises:
        OSError: a file is missing, or cannot be read or written; then there is no archive.
    """
    names = sorted(set(files))
    listed = {name: {"sha256": sha256_of(root / name), "bytes": (root / name).stat().st_size} for name in names}
    manifest = {"format": FORMAT, **about, "files": listed}
    sums = "".join(f"{entry['sha256']}  {name}\n" for name, entry in listed.items())
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        _add_text(archive, MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
        _add_text(archive, "SHA256SUMS", sums)
        for name in names:
            _add_file(archive, name, root / name, listed[name]["sha256"])
    return manifest


def _add_text(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(_entry(name), text.encode(), compresslevel=6)


def _add_file(archive: zipfile.ZipFile, name: str, file: Path, expected: str) -> None:
    entry = _entry(name)
    entry.file_size = file.stat().st_size
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as packed:
        shutil.copyfileobj(source, packed, 1 << 20)
    # A build that goes on beside may have made it anew in the meantime.
    if sha256_of(file) != expected:
        raise OSError(f"{file}: changed while it was packed: wait until nothing is built and pack again")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(_DENSE) else zipfile.ZIP_DEFLATED
    return entry
