"""From the specification of a run to the objects that train it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from mixsuite.data.batches import Images
from mixsuite.mixing.mix import HintedMix, Mix
from mixsuite.mixing.registry import build_mix
from mixsuite.models.genotype import with_genotype
from mixsuite.models.registry import build_model
from mixsuite.processes import ALONE, Processes
from mixsuite.randomness import derived_seed
from mixsuite.training.objective import Objective, objective
from mixsuite.training.parallel import Forward, check_batches, check_divisible, training_forward
from mixsuite.training.sgd import SGD
from mixsuite.training.sources import Source, open_source
from mixsuite.training.specification import LOSSES, check_run


@dataclass(frozen=True)
class Task:
    """Everything that a training needs, on its device.

    `forward` takes this process's part of a batch through the network in training (`mixsuite.training.parallel`);
    evaluation and mixes call `model` itself.
    """

    run: dict[str, Any]
    model: nn.Module
    forward: Forward
    optimizer: SGD
    mix: Mix | HintedMix
    criterion: Objective
    train: Images
    test: Images
    n_classes: int
    device: torch.device
    processes: Processes = ALONE
    compiled: bool = False
    genotype: dict[str, Any] | None = None
    """The cells of a network whose settings name a search instead."""


def assemble(
    run: dict[str, Any],
    train: Any,
    test: Any,
    device: torch.device,
    processes: Processes = ALONE,
    workers: int = 1,
    compiled: bool = False,
    genotype: dict[str, Any] | None = None,
) -> Task:
    """Return what trains `run` on the splits `train` and `test`; the network's initial weights follow the run's seed.

    Both splits are ImageArrays, or both an ImageIndex, whose images `workers` processes decode. Each of `processes`
    assembles the same. `compiled` lets torch.compile translate the network, which takes minutes and then saves time.
    `genotype` gives the cells of a network that names a search instead.

    Raises:
        SettingError: a setting of the run is missing, unknown, out of range or does not fit the data or the processes.
    """
    check_run(run)
    schedule = run["schedule"]
    check_batches(len(train.labels), schedule["batch_size"], processes)
    source = open_source(schedule, train, test, device, workers)
    model = _initial_model(run, source, genotype).to(device, memory_format=_layout(device, schedule["precision"]))
    mix = build_mix(run["recipe"], model, torch.tensor(source.std, device=device).view(-1, 1, 1), schedule["loss"])
    check_divisible(model, run["recipe"]["method"], processes)
    forward = training_forward(model, device, processes, compiled)
    optimizer = SGD(
        model.parameters(),
        momentum=schedule["momentum"],
        nesterov=schedule["nesterov"],
        weight_decay=schedule["weight_decay"],
    )
    return Task(
        run=run,
        model=model,
        forward=forward,
        optimizer=optimizer,
        mix=mix,
        criterion=objective(LOSSES[schedule["loss"]]),
        train=source.train,
        test=source.test,
        n_classes=source.n_classes,
        device=device,
        processes=processes,
        compiled=compiled,
        genotype=genotype,
    )


def _initial_model(run: dict[str, Any], source: Source, genotype: dict[str, Any] | None) -> nn.Module:
    # Initialisers draw from torch's global generator; it is put back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(run["seed"], "initialisation", 0))
        return build_model(
            with_genotype(run["model"], genotype),
            n_classes=source.n_classes,
            in_channels=source.in_channels,
            image_size=source.image_size,
        )


def _layout(device: torch.device, precision: str) -> torch.memory_format:
    # On CPUs, convolutions are 5 to 25 % faster with channels last, those in groups most; on GPUs those of 16 bits are.
    last = device.type == "cpu" or precision == "bfloat16"
    return torch.channels_last if last else torch.preserve_format
