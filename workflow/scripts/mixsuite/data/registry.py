"""Preparing a dataset of any kind: read, described and written whole or not at all."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from mixsuite.checks import SettingError, check_choice
from mixsuite.data.arrays import FILES, SPLITS, RawDataset, combined_sha256, write_split
from mixsuite.data.errors import DatasetError
from mixsuite.data.replacement import replaced_folder
from mixsuite.data.statistics import channel_statistics
from mixsuite.files import write_json

MODULES = {"digits": "digits", "folder": "folder", "cifar10": "cifar", "cifar100": "cifar"}
"""The module of this room that reads a kind of dataset, loaded by name: one kind's code is no part of another's."""


def prepare(dataset: dict[str, Any], source: str | None, destination: Path, cache: Path) -> dict[str, Any]:
    """Read `dataset` and write it to `destination` in the form of `mixsuite.data.arrays`; return its description.

    Args:
        dataset: `kind` (one of MODULES), `name`, and the settings of that kind, such as `image_size`.
        source: where the data lie; None (or empty) takes what the kind fetches or ships by itself.
        destination: the folder to write. It appears whole, or stays what it was.
        cache: where a kind that downloads keeps its archive.

    Raises:
        SettingError: an unknown kind, a missing or unknown setting, a value out of range.
        DatasetError: the data are missing, damaged or not what they should be.
    """
    if not isinstance(dataset, dict):
        raise SettingError(f"dataset: found {dataset!r}, expected its settings")
    check_choice("dataset: kind", dataset.get("kind"), MODULES)
    if not isinstance(dataset.get("name"), str):
        raise SettingError(f"dataset: name: found {dataset.get('name')!r}, expected a name")
    reader = importlib.import_module(f"mixsuite.data.{MODULES[dataset['kind']]}")
    raw: RawDataset = reader.read(dataset, source or None, cache)
    with replaced_folder(destination, FILES) as folder:
        return _write(raw, dataset, folder)


def _write(raw: RawDataset, dataset: dict[str, Any], folder: Path) -> dict[str, Any]:
    mean, std = channel_statistics(raw.train[0])
    if min(std) == 0:
        raise DatasetError(
            f"{raw.source}: a channel has the same value in every training image, nothing can be learned"
        )
    common = {"dataset": dataset, "classes": raw.classes, "mean": mean, "std": std, "source": raw.source}
    sha256 = {}
    for split in SPLITS:
        images, labels = getattr(raw, split)
        sha256[split] = write_split(folder / split, images, labels, {**common, "split": split})
    n = {split: len(getattr(raw, split)[1]) for split in SPLITS}
    description = {**common, "n": n, "sha256": combined_sha256(**sha256)}
    write_json(folder / "dataset.json", description)
    return description
