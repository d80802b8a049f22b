"""The learning rate at every step: a linear warm-up, then steps down at milestones, half a cosine or a line."""

from __future__ import annotations

import math
from typing import Any


def learning_rate(schedule: dict[str, Any], epoch: int, step: int, steps_per_epoch: int) -> float:
    """Return the learning rate of `step` (from 0) in `epoch` (from 0).

    `milestones` are fractions of `epochs`: from epoch floor(fraction * epochs) on, the rate is multiplied by `decay`,
    as with MultiStepLR(milestones=[int(fraction * epochs)]) in clovaai/DCutMix, main.py. During the `warmup_epochs` the
    rate also rises linearly, step by step, and its last step has the full rate.

    With the `annealing` "cosine" or "linear" there are no milestones: the rate falls epoch by epoch towards 0, along
    half a cosine or a line (yuhuixu1993/PC-DARTS, train.py and train_imagenet.py; the latter's last five epochs aside,
    which are smaller still).
    """
    rate = schedule["learning_rate"] * _ANNEALINGS[schedule["annealing"]](epoch / schedule["epochs"])
    for fraction in schedule["milestones"]:
        if epoch >= milestone_epoch(fraction, schedule["epochs"]):
            rate *= schedule["decay"]
    warmup_steps = schedule["warmup_epochs"] * steps_per_epoch
    done = epoch * steps_per_epoch + step + 1
    return rate * min(1.0, done / warmup_steps) if warmup_steps else rate


def milestone_epoch(fraction: float, epochs: int) -> int:
    """Return floor(fraction * epochs), where 0.29 of 100 epochs are 29, although 0.29 * 100 < 29 in floating point."""
    return int(fraction * epochs + 1e-9)


_ANNEALINGS = {
    "steps": lambda done: 1.0,
    "cosine": lambda done: (1 + math.cos(math.pi * done)) / 2,
    "linear": lambda done: 1 - done,
}
ANNEALINGS = tuple(_ANNEALINGS)
"""Each falls from 1 as the share of the epochs that are done rises."""
