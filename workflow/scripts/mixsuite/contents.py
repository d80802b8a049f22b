"""The content of what lies where a user says: by it a replaced file is noticed, and one that was moved is not."""

from __future__ import annotations

import json
from pathlib import Path

from mixsuite.files import digest


def sha256_of_images(folder: Path) -> str:
    """Return what tells the images in `folder` from others.

    Of prepared arrays that is the sha256 that their dataset.json says, and of image files that of all paths and sizes,
    hidden files aside.
    """
    if (folder / "images.npy").is_file():
        return _said(folder / "dataset.json")
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    shown = sorted(file for file in files if not any(part.startswith(".") for part in file.parts))
    return digest([[file.as_posix(), (folder / file).stat().st_size] for file in shown])


def check_content(place: Path, found: str, expected: str | None) -> None:
    """Raise ValueError unless what lies at `place` has the sha256 `expected`, if that is known."""
    if expected and found != expected:
        raise ValueError(f"{place}: has sha256 {found}, expected {expected}: it was replaced; start Snakemake again")


def _said(description: Path) -> str:
    try:
        return str(json.loads(description.read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        # What is wrong with it, the step that reads it says.
        return "none"
