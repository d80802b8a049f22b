"""What a run is made of, checked key by key.

    {"dataset": {...}, "model": {"family": ..., ...}, "recipe": {"method": ..., ...}, "schedule": {...}, "seed": 0}

The dataset is read from its prepared folder, and the rooms `models` and `mixing` check the settings of their own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from mixsuite.checks import (
    SettingError,
    check_choice,
    check_count,
    check_fraction,
    check_keys,
    check_list,
    check_not_negative,
    check_positive,
    check_switch,
)
from mixsuite.mixing.soft_labels import binary_cross_entropy, soft_cross_entropy
from mixsuite.training.schedule import ANNEALINGS

LOSSES = {"cross_entropy": soft_cross_entropy, "binary_cross_entropy": binary_cross_entropy}
"""Each takes logits and soft targets, both (B, n_classes), and returns the batch's mean as a scalar."""

PRECISIONS = ("float32", "bfloat16")
"""Of the forward passes; weights, losses and updates are float32 always."""

SCHEDULE_KEYS = (
    "epochs",
    "batch_size",
    "learning_rate",
    "momentum",
    "nesterov",
    "weight_decay",
    "gradient_norm",
    "milestones",
    "decay",
    "annealing",
    "warmup_epochs",
    "padding",
    "flip",
    "normalisation",
    "loss",
    "precision",
    "resized_crop",
    "colour_jitter",
    "lighting",
)


def check_run(run: Any) -> None:
    """Raise SettingError, naming the setting, unless `run` has all keys, no others, and a schedule that can be run."""
    check_keys("run", run, ("dataset", "model", "recipe", "schedule", "seed"))
    for part in ("dataset", "model", "recipe"):
        if not isinstance(run[part], dict):
            raise SettingError(f"{part}: found {run[part]!r}, expected its settings")
    check_keys("schedule", run["schedule"], SCHEDULE_KEYS)
    _check_schedule(run["schedule"])
    check_count("seed", run["seed"], at_least=0)


def check_arrays(schedule: dict[str, Any]) -> None:
    """Raise SettingError, naming the setting, where `schedule` asks what images of one small size do not get."""
    for key, nothing in (("resized_crop", None), ("colour_jitter", 0), ("lighting", 0)):
        if schedule[key] != nothing:
            expected = "null" if nothing is None else nothing
            raise SettingError(f"schedule: {key}: found {schedule[key]!r}, expected {expected} for a dataset of arrays")


def check_index(schedule: dict[str, Any]) -> None:
    """Raise SettingError, naming the setting, where `schedule` does not say what images of many sizes need."""
    if schedule["resized_crop"] is None:
        raise SettingError("schedule: resized_crop: found None, expected its settings for large images")
    if schedule["padding"]:
        raise SettingError(f"schedule: padding: found {schedule['padding']}, expected 0 with resized_crop")
    if schedule["normalisation"] == "dataset":
        raise SettingError("schedule: normalisation: found 'dataset', expected mean and std for large images")


def _check_schedule(schedule: dict[str, Any]) -> None:
    for key, least in (("epochs", 1), ("batch_size", 1), ("warmup_epochs", 0), ("padding", 0)):
        check_count(f"schedule: {key}", schedule[key], at_least=least)
    for key in ("learning_rate", "decay"):
        check_positive(f"schedule: {key}", schedule[key])
    check_fraction("schedule: momentum", schedule["momentum"])
    for key in ("nesterov", "flip"):
        check_switch(f"schedule: {key}", schedule[key])
    for key in ("weight_decay", "colour_jitter", "lighting"):
        check_not_negative(f"schedule: {key}", schedule[key])
    if schedule["nesterov"] and schedule["momentum"] == 0:
        raise SettingError("schedule: momentum: found 0, expected a number above 0 with nesterov")
    check_choice("schedule: annealing", schedule["annealing"], ANNEALINGS)
    if schedule["gradient_norm"] is not None:
        check_positive("schedule: gradient_norm", schedule["gradient_norm"])
    check_choice("schedule: loss", schedule["loss"], LOSSES)
    check_choice("schedule: precision", schedule["precision"], PRECISIONS)
    _check_milestones(schedule["milestones"])
    if schedule["milestones"] and schedule["annealing"] != "steps":
        raise SettingError(
            f"schedule: milestones: found {schedule['milestones']}, "
            f"expected none with annealing {schedule['annealing']!r}"
        )
    _check_normalisation(schedule["normalisation"])
    if schedule["resized_crop"] is not None:
        # Their values are checked where crops are made.
        check_keys("schedule: resized_crop", schedule["resized_crop"], ("size", "resize", "scale", "ratio"))


def _check_milestones(milestones: Any) -> None:
    check_list("schedule: milestones", milestones, "fractions of the epochs")
    for milestone in milestones:
        check_fraction("schedule: milestones", milestone)
    if any(later <= earlier for earlier, later in pairwise(milestones)):
        raise SettingError(f"schedule: milestones: found {milestones}, expected rising fractions of the epochs")


def _check_normalisation(normalisation: Any) -> None:
    if normalisation == "dataset":
        return
    check_keys("schedule: normalisation", normalisation, ("mean", "std"))
    for key, check in (("mean", check_fraction), ("std", check_positive)):
        check_list(f"schedule: normalisation: {key}", normalisation[key], "numbers, one per channel")
        for value in normalisation[key]:
            check(f"schedule: normalisation: {key}", value)
