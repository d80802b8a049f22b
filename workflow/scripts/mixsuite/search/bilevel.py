"""The search of PC-DARTS: in turns a step of the architecture on one half of the images, of the weights on the other.

First order: the architecture's gradient is that at the weights as they are (Liu, Simonyan and Yang 2019, DARTS, Eq. 6
with ξ = 0, as yuhuixu1993/PC-DARTS has it). Neither level computes the gradients of the other.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from mixsuite.data.batches import Batch, Images
from mixsuite.randomness import derived_seed
from mixsuite.search.task import SearchTask
from mixsuite.training.progress import Progress
from mixsuite.training.reproducible import reproducible
from mixsuite.training.state_file import History, restore_state, save_state


class SearchDivergedError(ArithmeticError):
    """A loss became infinite or not a number; the text names the epoch."""


def search(task: SearchTask, checkpoint: Path, identity: dict[str, str], progress: Progress) -> History:
    """Search as `task` says to the last epoch and return the history; the task then holds the last architecture.

    A `checkpoint` of the same `identity` is gone on from, and renewed after every epoch: on the CPU the search ends in
    the same weights, bit for bit, as if it had not been interrupted.

    Raises:
        SearchDivergedError: the checkpoint stays that of the last epoch whose losses were finite.
    """
    history = restore_state(checkpoint, task.state, identity, progress.say)
    epochs = task.run["search"]["epochs"]
    if history:
        progress.say(f"going on after epoch {len(history)} of {epochs}")
    progress.start(history)
    with reproducible(task.device):
        for epoch in range(len(history), epochs):
            history = [*history, search_epoch(task, epoch)]
            save_state(checkpoint, task.state, identity, history)
            progress.advance(history)
    return history


def learning_rate(settings: dict, epoch: int) -> float:
    """Return the learning rate of the weights in `epoch` (from 0): half a cosine, down to `final_learning_rate`."""
    first, last = settings["learning_rate"], settings["final_learning_rate"]
    return last + (first - last) * (1 + math.cos(math.pi * epoch / settings["epochs"])) / 2


def search_epoch(task: SearchTask, epoch: int) -> dict[str, float]:
    """Go once through the images of the weights; return the epoch's row of the history.

    `train_loss` and `top1_error` (in %) are of the weights' images as they were trained on; `architecture_loss` is the
    mean over the architecture's steps, and missing (None) while it rests, in the first `warmup_epochs`. A half that is
    shorter than the other is gone through again.

    Raises:
        SearchDivergedError: a loss is not finite.
    """
    started = time.perf_counter()
    settings, seed = task.run["search"], task.run["seed"]
    rate = learning_rate(settings, epoch)
    learns = epoch >= settings["warmup_epochs"]
    validation = _endless(task.architecture_images, settings["batch_size"], derived_seed(seed, "architecture"), epoch)
    task.supernet.train()
    sums = torch.zeros(3, dtype=torch.float64, device=task.device)
    steps = 0
    for batch in task.weight_images.training_batches(settings["batch_size"], seed, epoch):
        if learns:
            sums[2] += architecture_step(task, next(validation))
        loss, wrong = weight_step(task, batch, rate)
        sums[0] += loss * len(batch.labels)
        sums[1] += wrong
        steps += 1
    loss, wrong, validation_loss = sums.tolist()
    if not math.isfinite(loss + validation_loss):
        raise SearchDivergedError(f"a loss is not finite in epoch {epoch + 1}: the learning rate may be too high")
    n_images, seconds = len(task.weight_images), time.perf_counter() - started
    return {
        "epoch": epoch + 1,
        "learning_rate": rate,
        "train_loss": loss / n_images,
        "top1_error": 100 * wrong / n_images,
        "architecture_loss": validation_loss / steps if learns else None,
        "seconds": seconds,
        "images_per_second": n_images / seconds,
    }


def architecture_step(task: SearchTask, batch: Batch) -> torch.Tensor:
    """Take a step of Adam on α and β with the loss of `batch`; return that loss, detached."""
    settings = task.run["search"]
    optimizer = task.architecture_optimizer
    loss, gradients = architecture_gradients(task, batch)
    # As nn.utils.clip_grad_norm_, of gradients that no parameter holds.
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(each) for each in gradients]))
    factor = (settings["architecture_gradient_norm"] / (norm + 1e-6)).clamp(max=1.0)
    optimizer.step([gradient * factor for gradient in gradients])
    return loss


def architecture_gradients(task: SearchTask, batch: Batch) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """Return the loss of `batch`, detached, and its gradients by α and β, in the order of the optimiser."""
    task.supernet.requires_grad_(False)
    try:
        loss = functional.cross_entropy(task.supernet(batch.images, task.architecture), batch.labels)
        return loss.detach(), torch.autograd.grad(loss, task.architecture_optimizer.parameters)
    finally:
        task.supernet.requires_grad_(True)


def weight_step(task: SearchTask, batch: Batch, rate: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Take a step of SGD on the weights with the learning `rate`; return loss and number of errors, detached."""
    task.architecture.requires_grad_(False)
    try:
        logits = task.supernet(batch.images, task.architecture)
    finally:
        task.architecture.requires_grad_(True)
    loss = functional.cross_entropy(logits, batch.labels)
    loss.backward()
    nn.utils.clip_grad_norm_(task.supernet.parameters(), task.run["search"]["gradient_norm"])
    task.weight_optimizer.step(rate)
    return loss.detach(), (logits.detach().argmax(dim=1) != batch.labels).sum()


def _endless(images: Images, batch_size: int, seed: int, epoch: int) -> Iterator[Batch]:
    for turn in itertools.count():
        yield from images.training_batches(batch_size, derived_seed(seed, "turn", turn), epoch)
