"""A random part of a dataset's training images: the rest is held out, and can be judged by what the part taught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from mixsuite.checks import SettingError, check_count, check_fraction, check_keys
from mixsuite.data.arrays import load_dataset
from mixsuite.data.subset import write_subset
from mixsuite.randomness import stream


def draw_part(dataset: dict[str, Any], parent: Path, destination: Path) -> int:
    """Write the part `dataset` of the dataset prepared in `parent` to `destination`; return how many images it has.

    `dataset` has kind ("part"), name, of (what the parent is made of), fraction and seed: of each class, that fraction
    of its training images, rounded to the nearest whole number, drawn at random. All test images are kept.

    Raises:
        SettingError: a setting is missing, unknown or out of range, or leaves a class without an image on either side.
        DatasetError: the parent is no prepared dataset of arrays.
    """
    check_keys("dataset", dataset, ("kind", "name", "of", "fraction", "seed"))
    check_fraction("dataset: fraction", dataset["fraction"])
    check_count("dataset: seed", dataset["seed"], at_least=0)
    train, test, _ = load_dataset(parent)
    labels = np.asarray(train.labels)
    chosen = np.concatenate([_draw(labels, label, dataset) for label in np.unique(labels)])
    write_subset(dataset, parent, {"train": chosen, "test": np.arange(len(test.labels))}, destination)
    return len(chosen)


def _draw(labels: np.ndarray, label: int, dataset: dict[str, Any]) -> np.ndarray:
    places = np.flatnonzero(labels == label)
    size = round(dataset["fraction"] * len(places))
    if not 0 < size < len(places):
        raise SettingError(
            f"dataset: fraction: found {dataset['fraction']}, which is {size} of the {len(places)} images of the class "
            f"number {label}, expected some and not all"
        )
    order = torch.randperm(len(places), generator=stream(dataset["seed"], "part", int(label))).numpy()
    return places[order[:size]]
