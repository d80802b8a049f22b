"""From the specification of a search to the objects that search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays
from mixsuite.data.batches import Images
from mixsuite.data.loader import to_device
from mixsuite.randomness import derived_seed
from mixsuite.search.adam import Adam
from mixsuite.search.architecture import Architecture
from mixsuite.search.halves import halves
from mixsuite.search.specification import NETWORK_KEYS, check_search
from mixsuite.search.supernet import Supernet
from mixsuite.training.sgd import SGD


@dataclass(frozen=True)
class SearchTask:
    """Everything that a search needs, on its device; each optimiser has a half of the images."""

    run: dict[str, Any]
    supernet: Supernet
    architecture: Architecture
    weight_optimizer: SGD
    architecture_optimizer: Adam
    weight_images: Images
    architecture_images: Images
    device: torch.device

    @property
    def state(self) -> dict[str, torch.Tensor]:
        """All tensors that the next epoch goes on from, by name; what is copied into them is in the task."""
        parts = {
            "supernet": self.supernet.state_dict(),
            "architecture": self.architecture.state_dict(),
            "velocity": {str(place): tensor for place, tensor in enumerate(self.weight_optimizer.velocities)},
            "adam": self.architecture_optimizer.state,
        }
        return {f"{part}.{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()}


def assemble_search(run: dict[str, Any], train: Any, device: torch.device) -> SearchTask:
    """Return what searches as `run` says on the split `train`.

    Initial weights and halves follow the run's seed.

    Raises:
        SettingError: a setting is missing, unknown, out of range or does not fit the images.
    """
    check_search(run)
    if not isinstance(train, ImageArrays):
        raise SettingError("dataset: found images of many sizes, expected small ones, prepared as arrays")
    settings, seed = run["search"], run["seed"]
    parts = [
        _subset(train, places) for places in halves(train.labels, settings["split"], settings["weight_share"], seed)
    ]
    weight_images, architecture_images = (_resident(part, settings, train, device) for part in parts)
    _, height, width, channels = train.images.shape
    if height != width:
        raise SettingError(f"dataset: found images of {height} x {width} pixels, expected square ones")
    # Initialisers draw from torch's global generator; it is put back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "initialisation", 0))
        supernet = Supernet(
            n_classes=train.n_classes,
            in_channels=channels,
            image_size=height,
            **{key: settings[key] for key in NETWORK_KEYS},
        )
        architecture = Architecture(settings["nodes"])
    supernet, architecture = supernet.to(device), architecture.to(device)
    return SearchTask(
        run=run,
        supernet=supernet,
        architecture=architecture,
        weight_optimizer=SGD(
            supernet.parameters(), settings["momentum"], nesterov=False, weight_decay=settings["weight_decay"]
        ),
        architecture_optimizer=Adam(
            architecture.parameters(),
            settings["architecture_learning_rate"],
            tuple(settings["architecture_betas"]),
            settings["architecture_weight_decay"],
        ),
        weight_images=weight_images,
        architecture_images=architecture_images,
        device=device,
    )


def _subset(split: ImageArrays, places: np.ndarray) -> ImageArrays:
    return replace(split, images=split.images[places], labels=split.labels[places])


def _resident(part: ImageArrays, settings: dict[str, Any], whole: ImageArrays, device: torch.device) -> Images:
    statistics = whole.description if settings["normalisation"] == "dataset" else settings["normalisation"]
    for key in ("mean", "std"):
        if len(statistics[key]) != part.images.shape[3]:
            raise SettingError(
                f"search: normalisation: {key}: found {len(statistics[key])} numbers, expected one for each of "
                f"{part.images.shape[3]} channels"
            )
    return to_device(
        part, statistics["mean"], statistics["std"], device, padding=settings["padding"], flip=settings["flip"]
    )
