"""Training a convolutional network on images that fit into memory as they are: no crops, no flips, no files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from mixsuite.checks import SettingError, check_count, check_fraction, check_keys, check_not_negative, check_positive
from mixsuite.mixing.mix import Mix
from mixsuite.mixing.soft_labels import one_hot, soft_cross_entropy
from mixsuite.randomness import stream
from mixsuite.training.reproducible import reproducible, seeded_network
from mixsuite.training.schedule import learning_rate
from mixsuite.training.sgd import SGD

TRAINING_KEYS = (
    "epochs", "batch_size", "learning_rate", "momentum", "nesterov", "weight_decay", "milestones", "decay",
    "warmup_epochs",
)  # fmt: skip


def check_training(training: Mapping[str, Any]) -> None:
    """Raise SettingError unless `training` holds TRAINING_KEYS with values that do."""
    check_keys("training", training, TRAINING_KEYS)
    for name in ("epochs", "batch_size"):
        check_count(name, training[name], at_least=1)
    for name in ("learning_rate", "decay"):
        check_positive(name, training[name])
    for name in ("weight_decay", "warmup_epochs"):
        check_not_negative(name, training[name])
    for fraction in (training["momentum"], *training["milestones"]):
        check_fraction("momentum, milestones", fraction)


def train_network(
    network: nn.Module, images: Tensor, labels: Tensor, mix: Mix, training: Mapping[str, Any], seed: int
) -> float:
    """Train `network` by SGD on `images` (n, C, H, W) with `labels` (n), 0 or 1; return the last epoch's mean loss.

    Every epoch visits all images once, in a random order; a last batch that is smaller is trained on, too. Draws
    depend on `seed` alone, and not on the mix, so that methods of a seed see the same batches.

    Raises:
        SettingError: the loss is not finite, as with too high a learning rate.
    """
    device = images.device
    optimizer = SGD(network.parameters(), training["momentum"], training["nesterov"], training["weight_decay"])
    targets = one_hot(labels, 2)
    size = training["batch_size"]
    steps = math.ceil(len(images) / size)
    schedule = {**training, "annealing": "steps"}
    network.train()
    with reproducible(device):
        for epoch in range(training["epochs"]):
            order = torch.randperm(len(images), generator=stream(seed, "order", epoch)).to(device)
            mixing = stream(seed, "mixing", epoch, device=device)
            total = torch.zeros((), device=device)
            with seeded_network(seed, epoch, 0, device):
                for step, batch in enumerate(order.split(size)):
                    mixed, mixed_targets = mix(images[batch], targets[batch], mixing)
                    loss = soft_cross_entropy(network(mixed), mixed_targets)
                    loss.backward()
                    optimizer.step(learning_rate(schedule, epoch, step, steps))
                    total += loss.detach() * len(batch)
    mean = (total / len(images)).item()
    if not math.isfinite(mean):
        raise SettingError(
            f"learning_rate: found {training['learning_rate']}, with which the loss became {mean}; expected a lower one"
        )
    return mean


@torch.no_grad()
def is_right(network: nn.Module, images: Tensor, labels: Tensor, batch_size: int = 256) -> Tensor:
    """Return whether the network gives each image (n, C, H, W) the right label (n), as bool (n) on the CPU."""
    network.eval()
    logits = torch.cat([network(batch) for batch in images.split(batch_size)])
    return (logits.argmax(1) == labels).cpu()
