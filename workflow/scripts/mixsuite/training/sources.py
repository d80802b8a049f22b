"""From the prepared splits of a dataset, arrays or an index, to the images that a network is trained and tested on."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays, load_dataset
from mixsuite.data.batches import Images
from mixsuite.data.loader import to_device
from mixsuite.training.specification import check_arrays, check_index


@dataclass(frozen=True)
class Source:
    """Both splits on the device, and what a network must know of them; `std` of pixels in [0, 1], per channel."""

    train: Images
    test: Images
    n_classes: int
    in_channels: int
    image_size: int
    std: Sequence[float]


def load_splits(folder: Path, sha256: str | None = None) -> tuple[Any, Any, str]:
    """Return the train split, the test split and the sha256 of the dataset or subset in `folder`, in its own form.

    Raises:
        DatasetError: it is not a prepared dataset, it is damaged, or its sha256 is not `sha256`.
    """
    # Loaded by name: the code for large images or for subsets is no part of a training on small ones or on all.
    if (folder / "indices.npy").exists():
        return importlib.import_module("mixsuite.data.subset").load_subset(folder, sha256)
    if (folder / "train" / "index.csv").exists():
        return importlib.import_module("mixsuite.data.index").load_index(folder, sha256)
    return load_dataset(folder, sha256)


def open_source(schedule: dict[str, Any], train: Any, test: Any, device: torch.device, workers: int) -> Source:
    """Return the images of the splits `train` and `test`, ImageArrays or ImageIndex, as `schedule` wants them.

    `workers` processes decode large images.

    Raises:
        SettingError: a setting of the schedule does not fit the form of the dataset or its images.
    """
    return (_resident if isinstance(train, ImageArrays) else _indexed)(schedule, train, test, device, workers)


def _resident(schedule: dict[str, Any], train: ImageArrays, test: ImageArrays, device: torch.device, _: int) -> Source:
    check_arrays(schedule)
    _, height, width, channels = train.images.shape
    if height != width:
        raise SettingError(f"dataset: found images of {height} x {width} pixels, expected square ones")
    statistics = train.description if schedule["normalisation"] == "dataset" else schedule["normalisation"]
    _check_channels(statistics, channels)
    mean, std = statistics["mean"], statistics["std"]
    return Source(
        train=to_device(train, mean, std, device, padding=schedule["padding"], flip=schedule["flip"]),
        test=to_device(test, mean, std, device),
        n_classes=train.n_classes,
        in_channels=channels,
        image_size=height,
        std=std,
    )


def _indexed(schedule: dict[str, Any], train: Any, test: Any, device: torch.device, workers: int) -> Source:
    check_index(schedule)
    _check_channels(schedule["normalisation"], 3)
    mean, std = schedule["normalisation"]["mean"], schedule["normalisation"]["std"]
    indexed = importlib.import_module("mixsuite.data.indexed")
    augmentation = indexed.Augmentation(
        crop=indexed.ResizedCrop(**schedule["resized_crop"]),
        flip=schedule["flip"],
        colour_jitter=schedule["colour_jitter"],
        lighting=schedule["lighting"],
    )
    return Source(
        train=indexed.open_indexed(train, mean, std, augmentation, device, workers),
        test=indexed.open_indexed(test, mean, std, augmentation, device, workers),
        n_classes=train.n_classes,
        in_channels=3,
        image_size=schedule["resized_crop"]["size"],
        std=std,
    )


def _check_channels(statistics: dict[str, Any], channels: int) -> None:
    for key in ("mean", "std"):
        if len(statistics[key]) != channels:
            raise SettingError(
                f"schedule: normalisation: {key}: found {len(statistics[key])} numbers, expected one for each of "
                f"{channels} channels"
            )
