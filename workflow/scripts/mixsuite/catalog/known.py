"""What is known of a dataset before any job has read it, so that a mistake is answered at once."""

from __future__ import annotations

from pathlib import Path

from mixsuite.config.house import House
from mixsuite.config.settings import Dataset

_CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
_IN_FOLDERS = ("cifar10", "cifar100", "folder", "large_folder")
_TRAIN_PER_CLASS = {"cifar10": 5000, "cifar100": 500}
_TRAIN_PER_DIGIT = 60


def known_classes(house: House, name: str) -> list[str] | None:
    """Return the names of the classes of the dataset `name`; None where only a job will tell."""
    dataset, folders = house.datasets[name], _class_folders(house, name)
    if folders is not None:
        return sorted(
            folder.name for folder in folders.iterdir() if folder.is_dir() and not folder.name.startswith(".")
        )
    if dataset.kind == "digits":
        return [" or ".join(str(digit) for digit in group) for group in _groups(dataset)]
    return _CIFAR10 if dataset.kind == "cifar10" else None


def most_images_per_class(house: House, name: str) -> int | None:
    """Return how many training images the smallest class of the dataset `name` has at most; None where unknown."""
    dataset = house.datasets[name]
    if dataset.kind == "digits":
        return _TRAIN_PER_DIGIT * min(len(group) for group in _groups(dataset))
    if dataset.train_per_class:
        return dataset.train_per_class
    return None if _class_folders(house, name) else _TRAIN_PER_CLASS.get(dataset.kind)


def _groups(dataset: Dataset) -> list[list[int]]:
    return dataset.groups or [[digit] for digit in range(10)]


def _class_folders(house: House, name: str) -> Path | None:
    # The training images of one's own, a folder per class.
    source = house.said_of_dataset(name).source
    if source is None or house.datasets[name].kind not in _IN_FOLDERS:
        return None
    folder = Path(source).expanduser() / "train"
    return folder if folder.is_dir() else None
