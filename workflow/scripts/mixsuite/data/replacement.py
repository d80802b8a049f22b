"""Writing a whole folder or none of it."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mixsuite.data.errors import DatasetError


@contextmanager
def replaced_folder(destination: Path, files: Collection[str]) -> Iterator[Path]:
    """Yield an empty folder beside `destination`; on success it takes the place of `destination`, else it is gone.

    What a killed process left beside `destination` is cleared at the next attempt.

    Raises:
        DatasetError: `destination` holds other files than those named in `files`, and so was not written by this.
    """
    foreign = next((path for path in destination.rglob("*") if not path.is_dir() and path.name not in files), None)
    if foreign is not None or destination.is_file():
        raise DatasetError(
            f"{destination}: holds {foreign or 'a file'}, which would be lost; expected an unused folder"
        )
    # Beside it and not in the system's temporary folder: a rename works within one file system only.
    partial, old = (destination.with_name(f".{destination.name}.{state}") for state in ("partial", "old"))
    for leftover in (partial, old):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if destination.exists():
            destination.rename(old)
        partial.rename(destination)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
