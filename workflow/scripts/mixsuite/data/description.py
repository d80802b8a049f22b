"""What both prepared forms of a dataset, arrays and index, have in common: two splits, each with a dataset.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mixsuite.data.errors import DatasetError
from mixsuite.files import digest

SPLITS = ("train", "test")


def read_description(path: Path, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what a split's dataset.json says; raise DatasetError unless it is there and has all `keys`."""
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read ({error}); expected the description of a prepared split") from None
    missing = [key for key in keys if key not in description] if isinstance(description, dict) else keys
    if missing:
        raise DatasetError(f"{path}: lacks {', '.join(missing)}; expected the description of a prepared split")
    return description


def combined_sha256(train: str, test: str) -> str:
    """Return the sha256 of a dataset from those of its splits."""
    return digest({"train": train, "test": test})
