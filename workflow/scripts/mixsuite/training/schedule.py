"""The learning rate at every step: a linear warm-up, then a step down at each milestone."""

from __future__ import annotations

from typing import Any


def learning_rate(schedule: dict[str, Any], epoch: int, step: int, steps_per_epoch: int) -> float:
    """Return the learning rate of `step` (from 0) in `epoch` (from 0).

    `milestones` are fractions of `epochs`: from epoch floor(fraction * epochs) on, the rate is multiplied by `decay`,
    as with MultiStepLR(milestones=[int(fraction * epochs)]) in clovaai/DCutMix, main.py. During the `warmup_epochs` the
    rate also rises linearly, step by step, and its last step has the full rate.
    """
    rate = schedule["learning_rate"]
    for fraction in schedule["milestones"]:
        if epoch >= milestone_epoch(fraction, schedule["epochs"]):
            rate *= schedule["decay"]
    warmup_steps = schedule["warmup_epochs"] * steps_per_epoch
    done = epoch * steps_per_epoch + step + 1
    return rate * min(1.0, done / warmup_steps) if warmup_steps else rate


def milestone_epoch(fraction: float, epochs: int) -> int:
    """Return floor(fraction * epochs), where 0.29 of 100 epochs are 29, although 0.29 * 100 < 29 in floating point."""
    return int(fraction * epochs + 1e-9)
