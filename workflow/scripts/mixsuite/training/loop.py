"""The training loop: SGD on soft targets; after every epoch a test and a checkpoint."""

from __future__ import annotations

import math
import time
from pathlib import Path

import torch
from torch import nn

from mixsuite.data.batches import Batch
from mixsuite.mixing.mix import hint_of
from mixsuite.mixing.soft_labels import one_hot
from mixsuite.models.drop_path import advance_drop_paths
from mixsuite.randomness import stream
from mixsuite.training.checkpoint import History, check_same_history, restore_checkpoint, save_checkpoint
from mixsuite.training.evaluation import evaluate
from mixsuite.training.precision import autocast
from mixsuite.training.progress import Progress, Silence
from mixsuite.training.reproducible import reproducible, seeded_network
from mixsuite.training.schedule import learning_rate
from mixsuite.training.task import Task

_STEPS_BETWEEN_CHECKS = 100


class NonFiniteLossError(ArithmeticError):
    """The loss became infinite or not a number; the text names the epoch and the step."""


def train(task: Task, checkpoint: Path, identity: dict[str, str], progress: Progress | Silence) -> History:
    """Train `task` to its last epoch and return its history; the model then holds the last epoch's weights.

    A `checkpoint` of the same `identity` is gone on from, and renewed after every epoch. On the CPU, with equally many
    threads, one or two processes end with the weights, bit for bit, of a training that never stopped; three and more
    may round the sums of their gradients in another order.

    Several processes take each step together. Whatever their number, their weights are those of one process but for
    rounding, and the same in all of them, as are the histories but for the times. The first process (rank 0) writes.

    Raises:
        NonFiniteLossError: the checkpoint stays that of the last epoch whose losses were finite.
        CheckpointError: the processes do not see the same checkpoint.
    """
    history = restore_checkpoint(checkpoint, task.model, task.optimizer, identity, progress.say)
    check_same_history(history, checkpoint, task.processes, task.device)
    epochs = task.run["schedule"]["epochs"]
    if history:
        progress.say(f"going on after epoch {len(history)} of {epochs}")
    progress.start(history)
    with reproducible(task.device):
        for epoch in range(len(history), epochs):
            history = [*history, _run_epoch(task, epoch)]
            if task.processes.rank == 0:
                save_checkpoint(checkpoint, task.model, task.optimizer, identity, history)
            progress.advance(history)
    return history


def _run_epoch(task: Task, epoch: int) -> dict[str, float]:
    started = time.perf_counter()
    rate, train_loss = train_epoch(task, epoch)
    trained = time.perf_counter()
    test = evaluate(task.model, task.test, task.device, task.run["schedule"]["precision"], task.processes)
    if not math.isfinite(test["loss"]):
        raise NonFiniteLossError(f"the test loss is {test['loss']} after epoch {epoch + 1}")
    return {
        "epoch": epoch + 1,
        "learning_rate": rate,
        "train_loss": train_loss,
        "test_loss": test.pop("loss"),
        **test,
        "seconds": time.perf_counter() - started,
        "images_per_second": len(task.train) / (trained - started),
    }


def train_epoch(task: Task, epoch: int) -> tuple[float, float]:
    """Train the epoch number `epoch` (from 0); return the last step's learning rate and the mean loss over the images.

    Raises:
        NonFiniteLossError: looked for every hundred steps, so that the host need not wait for the device at each.
    """
    schedule, seed, processes = task.run["schedule"], task.run["seed"], task.processes
    batches = task.train.training_batches(schedule["batch_size"], seed, epoch, hint_of(task.mix), processes)
    mixing = stream(seed, "mixing", epoch, device=task.device)
    steps = math.ceil(len(task.train) / schedule["batch_size"])
    task.model.train()
    advance_drop_paths(task.model, epoch / schedule["epochs"])
    losses: list[float] = []
    unchecked: list[torch.Tensor] = []
    with seeded_network(seed, epoch, processes.rank, task.device):
        for step, batch in enumerate(batches):
            rate = learning_rate(schedule, epoch, step, steps)
            unchecked.append(train_step(task, batch, rate, mixing))
            if len(unchecked) == _STEPS_BETWEEN_CHECKS or step + 1 == steps:
                losses += _finite(processes.total(torch.stack(unchecked)), epoch, len(losses))
                unchecked = []
    sizes = [min(schedule["batch_size"], len(task.train) - step * schedule["batch_size"]) for step in range(steps)]
    return rate, sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / len(task.train)


def train_step(task: Task, batch: Batch, rate: float, mixing: torch.Generator) -> torch.Tensor:
    """Take one step on `batch`, mixed with draws of `mixing`, with the learning `rate`.

    Return this process's share of the batch's mean loss, a detached scalar on the device: the processes' shares sum up
    to it. Gradients are added to those that the mix may have left, and are cleared.
    """
    precision, processes = task.run["schedule"]["precision"], task.processes
    targets, hints = one_hot(batch.labels, task.n_classes), () if batch.hints is None else (batch.hints,)
    with autocast(task.device, precision):
        images, targets = task.mix(batch.images, targets, mixing, *hints)
    part = processes.part(len(images))
    # Anew, because autocast keeps rounded weights to its end, also those that a mix may have used without gradients.
    with autocast(task.device, precision):
        outputs = task.forward(images[part])
    share = task.criterion(outputs, targets[part]) * ((part.stop - part.start) / len(images))
    # The processes' gradients are averaged, and are to be summed.
    (share * processes.count).backward()
    if gradient_norm := task.run["schedule"]["gradient_norm"]:
        nn.utils.clip_grad_norm_(task.model.parameters(), gradient_norm)
    task.optimizer.step(rate)
    return share.detach()


def _finite(losses: torch.Tensor, epoch: int, done: int) -> list[float]:
    values = losses.tolist()
    for step, loss in enumerate(values, start=done + 1):
        if not math.isfinite(loss):
            raise NonFiniteLossError(
                f"the loss is {loss} in epoch {epoch + 1}, step {step}: the learning rate may be too high"
            )
    return values
