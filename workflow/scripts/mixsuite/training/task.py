"""From the specification of a run to the objects that train it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays
from mixsuite.data.loader import ResidentImages, to_device
from mixsuite.mixing.mix import Mix
from mixsuite.mixing.registry import build_mix
from mixsuite.models.registry import build_model
from mixsuite.randomness import derived_seed
from mixsuite.training.sgd import SGD
from mixsuite.training.specification import LOSSES, check_run


@dataclass(frozen=True)
class Task:
    """Everything that a training needs, on its device."""

    run: dict[str, Any]
    model: nn.Module
    optimizer: SGD
    mix: Mix
    criterion: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    train: ResidentImages
    test: ResidentImages
    n_classes: int
    device: torch.device


def assemble(run: dict[str, Any], train: ImageArrays, test: ImageArrays, device: torch.device) -> Task:
    """Return what trains `run` on the splits `train` and `test`; the network's initial weights follow the run's seed.

    Raises:
        SettingError: a setting of the run is missing, unknown, out of range or does not fit the data.
    """
    check_run(run)
    schedule = run["schedule"]
    mean, std = _normalisation(schedule["normalisation"], train)
    # On CPUs, convolutions are 5 to 25 % faster with this layout, those in groups most.
    layout = torch.channels_last if device.type == "cpu" else torch.preserve_format
    model = _initial_model(run, train).to(device, memory_format=layout)
    mix = build_mix(run["recipe"], model)
    optimizer = SGD(
        model.parameters(),
        momentum=schedule["momentum"],
        nesterov=schedule["nesterov"],
        weight_decay=schedule["weight_decay"],
    )
    return Task(
        run=run,
        model=model,
        optimizer=optimizer,
        mix=mix,
        criterion=LOSSES[schedule["loss"]],
        train=to_device(train, mean, std, device),
        test=to_device(test, mean, std, device),
        n_classes=train.n_classes,
        device=device,
    )


def _initial_model(run: dict[str, Any], train: ImageArrays) -> nn.Module:
    _, height, width, channels = train.images.shape
    if height != width:
        raise SettingError(f"dataset: found images of {height} x {width} pixels, expected square ones")
    # Initialisers draw from torch's global generator; it is put back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(run["seed"], "initialisation", 0))
        return build_model(run["model"], n_classes=train.n_classes, in_channels=channels, image_size=height)


def _normalisation(setting: str | dict[str, list[float]], train: ImageArrays) -> tuple[list[float], list[float]]:
    statistics = train.description if setting == "dataset" else setting
    channels = train.images.shape[-1]
    for key in ("mean", "std"):
        if len(statistics[key]) != channels:
            raise SettingError(
                f"schedule: normalisation: {key}: found {len(statistics[key])} numbers, expected one for each of "
                f"{channels} channels"
            )
    return statistics["mean"], statistics["std"]
