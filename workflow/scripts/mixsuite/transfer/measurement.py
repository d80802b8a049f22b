"""Everything that is measured of one pretrained network after each treatment of its fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mixsuite.data.arrays import ImageArrays
from mixsuite.data.batches import Images
from mixsuite.data.loader import to_device
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.progress import ProgressBar
from mixsuite.training.predictions import logits_and_labels
from mixsuite.training.sgd import SGD
from mixsuite.training.task import Task
from mixsuite.transfer.fine_tuning import fine_tune
from mixsuite.transfer.pretrained import Pretrained, check_target, initial_network
from mixsuite.transfer.specification import check_transfer
from mixsuite.transfer.target import few_images

CONFIDENCE, CORRECT = "confidence_", "correct_"
"""What the names of the arrays of a treatment's predictions begin with; the treatment's name follows."""


def measure_transfer(
    transfer: dict[str, Any],
    pretrained: Pretrained,
    train: ImageArrays,
    test: ImageArrays,
    device: torch.device,
    state: Path,
    identity: dict[str, str],
    progress: ProgressBar,
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what `transfer` (see mixsuite.transfer.specification) asks, by treatment, and the predictions behind it.

    In plain values:

        train, test: {"accuracy" in %, "loss" in nats} on the images as they are, the training ones those few
        history: a row per epoch

    As arrays (n,), for every test image: confidence_TREATMENT, the largest probability, float64, and
    correct_TREATMENT, whether that is the image's class, bool.

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
    std = torch.tensor(pretrained.std, device=device).view(-1, 1, 1)
    found: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for number, (name, treatment) in enumerate(transfer["treatments"].items(), start=1):
        start = (treatment["start"], how["image_size"])
        model = initial_network(pretrained, train.n_classes, transfer["seed"], *start).to(device)
        task = _task(transfer, model, shown, unseen, train.n_classes, device)
        checkpoint = state / f"{name}.safetensors"
        of_treatment = {**identity, "treatment": name}
        history = fine_tune(task, treatment["phases"], std, checkpoint, of_treatment, progress.say)
        of_train, of_test = (logits_and_labels(model, images, device, how["precision"]) for images in (shown, unseen))
        both = {"train": _accuracy_and_loss(*of_train), "test": _accuracy_and_loss(*of_test)}
        found[name], arrays = {**both, "history": history}, arrays | _predictions(name, *of_test)
        progress.move(number, f"{name}: test accuracy {found[name]['test']['accuracy']:.2f} %")
    return found, arrays


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


def _predictions(treatment: str, logits: torch.Tensor, labels: torch.Tensor) -> dict[str, np.ndarray]:
    confidence, predicted = logits.double().softmax(dim=1).max(dim=1)
    return {
        CONFIDENCE + treatment: confidence.cpu().numpy(),
        CORRECT + treatment: (predicted == labels).cpu().numpy(),
    }


def _accuracy_and_loss(logits: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
    return {
        "accuracy": 100 * (logits.argmax(dim=1) == labels).double().mean().item(),
        "loss": functional.cross_entropy(logits.double(), labels).item(),
    }
