"""A conda in a folder: a channel with stand-ins for Python and pip in several versions, and a command to use it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from rattler.index import index_fs

COMMAND = Path(__file__).with_name("conda_command.py")
# It notes what it runs, and is otherwise the Python of the tests with all that is installed there.
PYTHON = f"""#!/bin/sh
echo "$1" >> "${{0%/*}}/ran"
exec {sys.executable} "$@"
"""
ACTIVATE = 'export CONDA_PREFIX="$1"\nexport PATH="$1/bin:$PATH"\n'


@dataclass(frozen=True)
class Conda:
    """A conda that is found first on the PATH of `environment`."""

    folder: Path
    environment: dict[str, str]

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def conda(tmp_path_factory: pytest.TempPathFactory) -> Conda:
    folder = tmp_path_factory.mktemp("conda")
    channel = folder / "channel"
    for version in ("3.11.14", "3.12.8", "3.12.12", "3.13.9"):
        _pack(channel / "linux-64", "python", version, {"bin/python": PYTHON})
    for version in ("24.3", "25.3", "26.0"):
        _pack(channel / "noarch", "pip", version, {f"share/pip-{version}": "pip\n"})
    asyncio.run(index_fs(channel))
    (folder / "bin").mkdir()
    (folder / "bin" / "conda").write_text(f'#!/bin/sh\nexec {sys.executable} {COMMAND} "$@"\n')
    (folder / "bin" / "conda").chmod(0o755)
    (folder / "bin" / "activate").write_text(ACTIVATE)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return Conda(folder, {**os.environ, "PATH": path, "CONDA_HOME": str(folder)})


def _pack(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    index = {"name": name, "version": version, "build": "0", "build_number": 0, "depends": [], "subdir": folder.name}
    paths = [{"_path": path, "path_type": "hardlink", "size_in_bytes": len(text)} for path, text in files.items()]
    about = {"info/index.json": json.dumps(index), "info/paths.json": json.dumps({"paths": paths, "paths_version": 1})}
    with tarfile.open(folder / f"{name}-{version}-0.tar.bz2", "w:bz2") as package:
        for path, text in (about | files).items():
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(text), 0o755
            package.addfile(member, io.BytesIO(text.encode()))
