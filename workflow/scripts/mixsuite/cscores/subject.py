"""Whose images a result is of."""

from __future__ import annotations

from typing import Any

from mixsuite.checks import SettingError, check_keys


def check_subject(dataset: Any, description: dict[str, Any], folder: str) -> None:
    """Raise SettingError unless `dataset`, which a result is to be named after, is the one prepared in `folder`.

    `description` is that of a prepared split.
    """
    check_keys("dataset", dataset, ("name",), dataset if isinstance(dataset, dict) else ())
    prepared = description.get("dataset", {}).get("name", dataset["name"])
    if dataset["name"] != prepared:
        raise SettingError(f"dataset: name: found {dataset['name']!r}, expected {prepared!r}, prepared in {folder}")
