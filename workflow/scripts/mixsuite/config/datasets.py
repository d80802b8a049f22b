"""The datasets that can be named: those of the workflow, and the user's own folders."""

from __future__ import annotations

from mixsuite.checks import suggest
from mixsuite.config.settings import Dataset, UserDataset
from mixsuite.config.strict import ConfigError, check_known

_SHIPPED = ("digits", "photographs")
"""Kinds that a package ships, and that so lie nowhere else."""
_INDEXED = ("imagenet", "large_folder")


def known_datasets(shared: dict[str, Dataset], own: dict[str, UserDataset]) -> dict[str, Dataset]:
    """Return the datasets of workflow/datasets.yaml and, with them, the folders of the user's own.

    Raises:
        ConfigError: an entry of config.yaml's `datasets` names no dataset, or has settings that do not fit it; or what
            one of workflow/datasets.yaml is part of is none.
    """
    for name, dataset in shared.items():
        if dataset.part_of is not None:
            check_known(f"workflow/datasets.yaml: {name}: part_of", dataset.part_of, shared)
    datasets = dict(shared)
    for name, entry in own.items():
        where = f"config.yaml: datasets.{name}"
        kind = entry.kind or (shared[name].kind if name in shared else None)
        if entry.checksums and kind not in _INDEXED:
            raise ConfigError(f"{where}: checksums: found true, expected it only for imagenet and large folders")
        if entry.kind is None:
            _check_shared(where, name, entry, shared)
        elif name in shared:
            raise ConfigError(
                f"{where}: kind: found {entry.kind!r}, expected a name of your own for it, not a paper's dataset"
            )
        else:
            datasets[name] = _own_folder(where, name, entry)
    return datasets


def _check_shared(where: str, name: str, entry: UserDataset, shared: dict[str, Dataset]) -> None:
    if name not in shared and entry.source is not None:
        raise ConfigError(
            f"{where}: found {name!r}{suggest(name, shared)}; a folder of your own needs kind: folder or large_folder"
        )
    check_known(where, name, shared)
    if entry.image_size is not None:
        raise ConfigError(f"{where}: image_size: found {entry.image_size}, expected it only with kind: folder")
    if entry.source is not None and shared[name].kind in _SHIPPED:
        raise ConfigError(f"{where}: source: found {entry.source!r}, expected none: a package ships the {name}")


def _own_folder(where: str, name: str, entry: UserDataset) -> Dataset:
    if entry.source is None:
        raise ConfigError(f"{where}: source: missing, expected the folder that holds train/ and test/")
    if entry.kind == "folder" and entry.image_size is None:
        raise ConfigError(f"{where}: image_size: missing, expected the side in pixels to resize images to")
    if entry.kind == "large_folder" and entry.image_size is not None:
        raise ConfigError(
            f"{where}: image_size: found {entry.image_size}, expected none: the schedule's resized_crop says the size"
        )
    return Dataset(kind=entry.kind, title=entry.title or name, image_size=entry.image_size)
