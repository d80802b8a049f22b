"""Preparing a dataset of any kind, as arrays or as an index: read, described and written whole or not at all."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from mixsuite.checks import SettingError, check_choice, check_switch
from mixsuite.data.arrays import FILES, RawDataset, write_split
from mixsuite.data.description import SPLITS, combined_sha256
from mixsuite.data.errors import DatasetError
from mixsuite.data.image_files import check_files
from mixsuite.data.index import INDEX_FILES, RawIndex, write_index_split
from mixsuite.data.replacement import replaced_folder
from mixsuite.data.statistics import channel_statistics
from mixsuite.files import write_json

MODULES = {
    "digits": "digits",
    "photographs": "photographs",
    "folder": "folder",
    "cifar10": "cifar",
    "cifar100": "cifar",
}
"""The module of this room that reads a kind of dataset, loaded by name: one kind's code is no part of another's."""

INDEX_MODULES = {"imagenet": "imagenet", "large_folder": "large_folder"}
"""The same of the kinds whose images stay where they are."""

# One form may take the place of the other, where a dataset's kind was changed.
_FILES = {*FILES, *INDEX_FILES}


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
    raw: RawDataset = _reader(dataset, MODULES).read(dataset, source or None, cache)
    with replaced_folder(destination, _FILES) as folder:
        return _write_arrays(raw, dataset, folder)


def index(dataset: dict[str, Any], source: str | None, destination: Path) -> dict[str, Any]:
    """Find the images of `dataset` and write it to `destination` in the form of `mixsuite.data.index`.

    Returns its description. Arguments and errors are those of `prepare`, with INDEX_MODULES for MODULES; nothing is
    downloaded. With the setting `checksums` (true; by default false) every file is read for its sha256.
    """
    reader = _reader(dataset, INDEX_MODULES)
    check_switch("dataset: checksums", dataset.get("checksums", False))
    raw: RawIndex = reader.read(dataset, source or None)
    with replaced_folder(destination, _FILES) as folder:
        return _write_index(raw, dataset, folder)


def _reader(dataset: dict[str, Any], modules: dict[str, str]) -> ModuleType:
    if not isinstance(dataset, dict):
        raise SettingError(f"dataset: found {dataset!r}, expected its settings")
    check_choice("dataset: kind", dataset.get("kind"), modules)
    if not isinstance(dataset.get("name"), str):
        raise SettingError(f"dataset: name: found {dataset.get('name')!r}, expected a name")
    return importlib.import_module(f"mixsuite.data.{modules[dataset['kind']]}")


def _write_index(raw: RawIndex, dataset: dict[str, Any], folder: Path) -> dict[str, Any]:
    common = {"dataset": dataset, "classes": raw.classes, "names": raw.names, "source": raw.source}
    common["root"] = str(raw.root)
    sha256, n = {}, {}
    for split in SPLITS:
        images: list[tuple[str, int]] = getattr(raw, split)
        facts = check_files(raw.root, [path for path, _ in images], dataset.get("checksums", False), raw.formats)
        sha256[split] = write_index_split(folder / split, images, facts, {**common, "split": split})
        n[split] = len(images)
    description = {**common, "n": n, "sha256": combined_sha256(**sha256)}
    write_json(folder / "dataset.json", description)
    return description


def _write_arrays(raw: RawDataset, dataset: dict[str, Any], folder: Path) -> dict[str, Any]:
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
