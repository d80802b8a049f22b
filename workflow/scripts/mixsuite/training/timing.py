"""How long a whole training step takes with each of several recipes, measured in turns on one device."""

from __future__ import annotations

import itertools
import math
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from mixsuite.checks import SettingError, check_count, check_keys
from mixsuite.data.batches import Batch
from mixsuite.mixing.mix import hint_of
from mixsuite.randomness import stream
from mixsuite.training.loop import NonFiniteLossError, train_step
from mixsuite.training.reproducible import reproducible, seeded_network
from mixsuite.training.schedule import learning_rate
from mixsuite.training.task import Task, assemble

BASE = "vanilla"
"""The recipe that the others' time is relative to."""

_SEED = 0


@dataclass(frozen=True)
class Effort:
    """How much is timed: `repetitions`, in each of them `turns` of every recipe, and in a turn that many `steps`.

    The host waits for the device between turns alone: within a turn it runs ahead, as in a training.
    """

    repetitions: int = 5
    turns: int = 5
    steps: int = 4

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            check_count(name, value, at_least=1)


def assemble_recipes(
    timing: Any, train: Any, test: Any, device: torch.device, workers: int = 1, compiled: bool = False
) -> dict[str, Task]:
    """Return a training for each recipe of `timing`, {"dataset", "model", "schedule", "recipes": {NAME: settings}}.

    All start from the same weights and share the images of both splits, but each has a network of its own, because
    methods add layers to it. Together they hold one network's activations at a time and every network's weights.
    For `workers`, of which each recipe has its own, and `compiled` see `mixsuite.training.task.assemble`.

    Raises:
        SettingError: no recipe `vanilla`; a batch is larger than the train split; a setting that `assemble` refuses.
    """
    check_keys("timing", timing, ("dataset", "model", "schedule", "recipes"))
    shared = {part: timing[part] for part in ("dataset", "model", "schedule")}
    if not isinstance(timing["recipes"], dict) or BASE not in timing["recipes"]:
        raise SettingError(f"recipes: found {timing['recipes']!r}, expected settings by name, among them {BASE!r}")
    tasks: dict[str, Task] = {}
    for name, recipe in timing["recipes"].items():
        run = {**shared, "recipe": recipe, "seed": _SEED}
        task = assemble(run, train, test, device, workers=workers, compiled=compiled)
        first = tasks.get(BASE) or next(iter(tasks.values()), task)
        tasks[name] = replace(task, train=first.train, test=first.test)
    return tasks


def time_steps(tasks: Mapping[str, Task], effort: Effort) -> Iterator[dict[str, float]]:
    """Yield, for each repetition, the seconds of a step by recipe: the median over its turns.

    A step fetches and augments a batch, mixes it, goes forward and backward, and updates the weights. Recipes take
    turns, and each round another one begins, so that what else the machine does meets all alike; all see the same
    batches. A round before the first repetition warms up. Batches of the epoch's end that are not full are left out.
    Images of an index are decoded beside the steps, up to two batches ahead by each of a recipe's workers, in the
    other recipes' turns, too: a turn that finds all its batches ready times steps that never wait for images.

    Raises:
        NonFiniteLossError: a training diverged, so that its steps may not be those of a training.
    """
    trainings = {name: _Training(name, task) for name, task in tasks.items()}
    device = next(iter(tasks.values())).device
    names = list(trainings)
    with reproducible(device), seeded_network(_SEED, 0, 0, device):
        for name in names:
            trainings[name].seconds(effort.steps)
        for repetition in range(effort.repetitions):
            seconds: dict[str, list[float]] = {name: [] for name in names}
            for turn in range(effort.turns):
                begin = (repetition * effort.turns + turn) % len(names)
                for name in names[begin:] + names[:begin]:
                    seconds[name].append(trainings[name].seconds(effort.steps))
            yield {name: statistics.median(values) for name, values in seconds.items()}


def relative_times(repetitions: list[dict[str, float]]) -> dict[str, list[float]]:
    """Return, by recipe, its time relative to that of BASE in each of the `repetitions`; BASE's own is 1."""
    return {name: [each[name] / each[BASE] for each in repetitions] for name in repetitions[0]}


class _Training:
    """A training without end of which some steps at a time are timed."""

    def __init__(self, name: str, task: Task) -> None:
        self._name, self._task = name, task
        batch_size = task.run["schedule"]["batch_size"]
        steps = len(task.train) // batch_size
        if not steps:
            raise SettingError(
                f"schedule: batch_size: found {batch_size}, expected at most the {len(task.train)} images"
            )
        # It must not hold this: only the garbage collector would end the processes that decode for it.
        self._batches = _full_batches(task, batch_size, steps)
        task.model.train()

    def seconds(self, steps: int) -> float:
        """Take `steps` steps; return the seconds of one, the device waited for."""
        self._wait()
        start = time.perf_counter()
        for _ in range(steps):
            batch, rate, mixing = next(self._batches)
            share = train_step(self._task, batch, rate, mixing)
        self._wait()
        ended = time.perf_counter()
        loss = share.item()
        if not math.isfinite(loss):
            raise NonFiniteLossError(f"the loss is {loss} with the recipe {self._name}: the rate may be too high")
        return (ended - start) / steps

    def _wait(self) -> None:
        if self._task.device.type == "cuda":
            torch.cuda.synchronize(self._task.device)


def _full_batches(task: Task, batch_size: int, steps: int) -> Iterator[tuple[Batch, float, torch.Generator]]:
    for epoch in itertools.count():
        mixing = stream(_SEED, "mixing", epoch, device=task.device)
        batches = task.train.training_batches(batch_size, _SEED, epoch, hint_of(task.mix))
        for step, batch in zip(range(steps), batches, strict=False):
            yield batch, learning_rate(task.run["schedule"], epoch, step, steps), mixing
