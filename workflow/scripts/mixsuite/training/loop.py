"""The training loop: SGD on soft targets; after every epoch a test and a checkpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from mixsuite.data.loader import training_batches
from mixsuite.mixing.soft_labels import one_hot
from mixsuite.randomness import derived_seed, stream
from mixsuite.training.checkpoint import History, restore_checkpoint, save_checkpoint
from mixsuite.training.evaluation import evaluate
from mixsuite.training.progress import Progress
from mixsuite.training.schedule import learning_rate
from mixsuite.training.task import Task

_STEPS_BETWEEN_CHECKS = 100


class NonFiniteLossError(ArithmeticError):
    """The loss became infinite or not a number; the text names the epoch and the step."""


def train(task: Task, checkpoint: Path, identity: dict[str, str], progress: Progress) -> History:
    """Train `task` to its last epoch and return its history; the model then holds the last epoch's weights.

    A `checkpoint` of the same `identity` is gone on from: on the CPU, with the same number of threads, the weights end
    bit for bit as if the training had never stopped. It is renewed after every epoch.

    Raises:
        NonFiniteLossError: the checkpoint stays that of the last epoch whose losses were finite.
    """
    history = restore_checkpoint(checkpoint, task.model, task.optimizer, identity, progress.say)
    epochs = task.run["schedule"]["epochs"]
    if history:
        progress.say(f"going on after epoch {len(history)} of {epochs}")
    progress.start(history)
    with _reproducible(task.device):
        for epoch in range(len(history), epochs):
            history = [*history, _run_epoch(task, epoch)]
            save_checkpoint(checkpoint, task.model, task.optimizer, identity, history)
            progress.advance(history)
    return history


def _run_epoch(task: Task, epoch: int) -> dict[str, float]:
    started = time.perf_counter()
    rate, train_loss = train_epoch(task, epoch)
    trained = time.perf_counter()
    test = evaluate(task.model, task.test)
    if not math.isfinite(test["loss"]):
        raise NonFiniteLossError(f"the test loss is {test['loss']} after epoch {epoch + 1}")
    return {
        "epoch": epoch + 1,
        "learning_rate": rate,
        "train_loss": train_loss,
        "test_loss": test["loss"],
        "top1_error": test["top1_error"],
        "top5_error": test["top5_error"],
        "seconds": time.perf_counter() - started,
        "images_per_second": len(task.train) / (trained - started),
    }


def train_epoch(task: Task, epoch: int) -> tuple[float, float]:
    """Train the epoch number `epoch` (from 0); return the last step's learning rate and the mean loss over the images.

    Raises:
        NonFiniteLossError: looked for every hundred steps, so that the host need not wait for the device at each.
    """
    schedule, seed = task.run["schedule"], task.run["seed"]
    shuffling, augmentation, mixing = (
        stream(seed, purpose, epoch, device=task.device) for purpose in ("shuffling", "augmentation", "mixing")
    )
    batches = training_batches(
        task.train, schedule["batch_size"], schedule["padding"], schedule["flip"], shuffling, augmentation
    )
    steps = math.ceil(len(task.train) / schedule["batch_size"])
    task.model.train()
    losses, sizes = [], []
    with _seeded_network(derived_seed(seed, "network", epoch), task.device):
        for step, (images, labels) in enumerate(batches):
            rate = learning_rate(schedule, epoch, step, steps)
            images, targets = task.mix(images, one_hot(labels, task.n_classes), mixing)
            loss = task.criterion(task.model(images), targets)
            loss.backward()
            task.optimizer.step(rate)
            losses.append(loss.detach())
            sizes.append(len(labels))
            if len(losses) % _STEPS_BETWEEN_CHECKS == 0 or step + 1 == steps:
                _check_finite(losses, epoch)
    values = torch.stack(losses).double().cpu()
    return rate, float(values @ torch.tensor(sizes, dtype=torch.float64)) / len(task.train)


def _check_finite(losses: list[torch.Tensor], epoch: int) -> None:
    finite = torch.isfinite(torch.stack(losses)).tolist()
    if not all(finite):
        step = finite.index(False)
        raise NonFiniteLossError(
            f"the loss is {losses[step].item()} in epoch {epoch + 1}, step {step + 1}: "
            "the learning rate may be too high"
        )


@contextmanager
def _seeded_network(seed: int, device: torch.device) -> Iterator[None]:
    # Dropout and its kin draw from torch's global generators, which are put back as they were.
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


@contextmanager
def _reproducible(device: torch.device) -> Iterator[None]:
    # A GPU's deterministic algorithms cost speed, and some operations have none.
    # (torch.use_deterministic_algorithms does the same, but imports the compiler for it, which takes a second.)
    before, filled = torch.get_deterministic_debug_mode(), torch.utils.deterministic.fill_uninitialized_memory
    torch.set_deterministic_debug_mode("error" if device.type == "cpu" else before)
    torch.utils.deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.set_deterministic_debug_mode(before)
        torch.utils.deterministic.fill_uninitialized_memory = filled
