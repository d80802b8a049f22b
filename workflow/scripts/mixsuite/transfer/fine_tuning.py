"""Fine-tuning a network in phases, each with its learning rate, its trained part and its way of mixing images."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from mixsuite.mixing.mix import hint_of
from mixsuite.mixing.registry import build_mix
from mixsuite.randomness import stream
from mixsuite.training.checkpoint import History, restore_checkpoint, save_checkpoint
from mixsuite.training.loop import NonFiniteLossError, train_step
from mixsuite.training.reproducible import reproducible, seeded_network
from mixsuite.training.task import Task
from mixsuite.transfer.freezing import unfreeze


def fine_tune(
    task: Task,
    phases: list[dict[str, Any]],
    std: torch.Tensor,
    checkpoint: Path,
    identity: dict[str, str],
    say: Callable[[str], None],
) -> History:
    """Train `task.model` through all `phases` (see mixsuite.transfer.specification) and return a row per epoch.

    Momentum is carried from a phase to the next. The task's mix and schedule are not used, but for the schedule's
    `batch_size` and `precision`; `std` (C, 1, 1) is that of the images, which some methods need. A `checkpoint` of the
    same `identity` is gone on from, and renewed after every epoch; the weights are those of a training that never
    stopped.

    Raises:
        SettingError: a recipe has settings that its method refuses, or changes the network; more stages are to be
            unfrozen than there are.
        NonFiniteLossError: the loss is infinite or not a number.
    """
    mixes = [build_mix(phase["recipe"], std=std) for phase in phases]
    numbers = [number for number, phase in enumerate(phases) for _ in range(phase["epochs"])]
    history = restore_checkpoint(checkpoint, task.model, task.optimizer, identity, say)
    with reproducible(task.device):
        for epoch, number in list(enumerate(numbers))[len(history) :]:
            unfreeze(task.model, phases[number]["unfrozen_stages"])
            started = time.perf_counter()
            loss = _train_epoch(replace(task, mix=mixes[number]), epoch, phases[number]["learning_rate"])
            row = {"epoch": epoch + 1, "phase": number + 1, "train_loss": loss}
            history = [*history, {**row, "seconds": time.perf_counter() - started}]
            save_checkpoint(checkpoint, task.model, task.optimizer, identity, history)
    return history


def _train_epoch(task: Task, epoch: int, rate: float) -> float:
    seed = task.run["seed"]
    batches = task.train.training_batches(task.run["schedule"]["batch_size"], seed, epoch, hint_of(task.mix))
    mixing = stream(seed, "mixing", epoch, device=task.device)
    total = torch.zeros((), device=task.device)
    with seeded_network(seed, epoch, 0, task.device):
        for batch in batches:
            total += train_step(task, batch, rate, mixing) * len(batch.labels)
    loss = total.item() / len(task.train)
    if not math.isfinite(loss):
        raise NonFiniteLossError(f"the loss is {loss} in epoch {epoch + 1}: the learning rate may be too high")
    return loss
