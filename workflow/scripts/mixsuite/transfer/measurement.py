"""Everything that is measured of one pretrained network after each treatment of its fine-tuning."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from mixsuite.data.arrays import ImageArrays
from mixsuite.data.batches import Images
from mixsuite.data.loader import to_device
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.progress import ProgressBar
from mixsuite.training.precision import autocast
from mixsuite.training.sgd import SGD
from mixsuite.training.task import Task
from mixsuite.transfer.calibration import expected_calibration_error, overconfident_errors, predictions, reliability
from mixsuite.transfer.fine_tuning import fine_tune
from mixsuite.transfer.pretrained import Pretrained, check_target, initial_network
from mixsuite.transfer.specification import check_transfer
from mixsuite.transfer.target import few_images

_BATCH_SIZE = 250


def measure_transfer(
    transfer: dict[str, Any],
    pretrained: Pretrained,
    train: ImageArrays,
    test: ImageArrays,
    device: torch.device,
    state: Path,
    identity: dict[str, str],
    progress: ProgressBar,
) -> dict[str, Any]:
    """Return, by treatment, what `transfer` (see mixsuite.transfer.specification) asks, in plain values.

        train, test: {"accuracy" in %, "loss" in nats} on the images as they are, the training ones those few
        ece, overconfident_errors: on the test images, in % (mixsuite.transfer.calibration)
        confidence: the mean over the test images, in %
        reliability: {"count", "confidence", "correct"}, a list over the bins
        history: a row per epoch

    `train` and `test` are the target's splits. Each treatment leaves its checkpoint in `state`, by which an interrupted
    measurement goes on; `identity` says what it is made of.

    Raises:
        SettingError: a setting is missing, unknown, out of range, or does not fit the network or the images.
        NonFiniteLossError: a training diverged.
    """
    check_transfer(transfer)
    how = transfer["training"]
    check_target(pretrained, train, how["image_size"])
    few = few_images(train, transfer["images_per_class"], transfer["seed"])
    place = {"mean": pretrained.mean, "std": pretrained.std, "device": device}
    shown = to_device(few, **place, padding=how["padding"], flip=how["flip"])
    unseen = to_device(test, **place)
    std, found = torch.tensor(pretrained.std, device=device).view(-1, 1, 1), {}
    for number, (name, treatment) in enumerate(transfer["treatments"].items(), start=1):
        start = (treatment["start"], how["image_size"])
        model = initial_network(pretrained, train.n_classes, transfer["seed"], *start).to(device)
        task = _task(transfer, model, shown, unseen, train.n_classes, device)
        checkpoint = state / f"{name}.safetensors"
        of_treatment = {**identity, "treatment": name}
        history = fine_tune(task, treatment["phases"], std, checkpoint, of_treatment, progress.say)
        found[name] = {**_measure(task, transfer["calibration"]), "history": history}
        progress.move(number, f"{name}: test accuracy {found[name]['test']['accuracy']:.2f} %")
    return found


def _task(
    transfer: dict[str, Any], model: nn.Module, train: Images, test: Images, n_classes: int, device: torch.device
) -> Task:
    how = transfer["training"]
    return Task(
        run={"schedule": how | {"gradient_norm": None}, "seed": transfer["seed"]},
        model=model,
        forward=model,
        optimizer=SGD(model.parameters(), **{key: how[key] for key in ("momentum", "nesterov", "weight_decay")}),
        mix=lambda images, targets, generator: (images, targets),
        criterion=soft_cross_entropy,
        train=train,
        test=test,
        n_classes=n_classes,
        device=device,
    )


def _measure(task: Task, calibration: dict[str, Any]) -> dict[str, Any]:
    precision = task.run["schedule"]["precision"]
    seen, unseen = (_logits(task.model, images, task.device, precision) for images in (task.train, task.test))
    found = predictions(unseen[0].softmax(dim=1), unseen[1])
    bins = reliability(found, calibration["bins"])
    return {
        "train": _accuracy_and_loss(*seen),
        "test": _accuracy_and_loss(*unseen),
        "ece": expected_calibration_error(bins),
        "overconfident_errors": overconfident_errors(found, calibration["overconfident"]),
        "confidence": 100 * found.confidence.mean().item(),
        "reliability": asdict(bins),
    }


def _logits(
    model: nn.Module, images: Images, device: torch.device, precision: str
) -> tuple[torch.Tensor, torch.Tensor]:
    model.eval()
    logits, labels = [], []
    with torch.inference_mode():
        for batch in images.plain_batches(_BATCH_SIZE):
            with autocast(device, precision):
                logits.append(model(batch.images).double())
            labels.append(batch.labels)
    return torch.cat(logits), torch.cat(labels)


def _accuracy_and_loss(logits: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
    return {
        "accuracy": 100 * (logits.argmax(dim=1) == labels).double().mean().item(),
        "loss": functional.cross_entropy(logits, labels).item(),
    }
