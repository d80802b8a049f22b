"""What a fine-tuning of one pretrained network is made of, checked key by key.

    {
        "pretrained": {"training": the identity of the training that it comes from}, or {"weights": that of a file},
        "dataset": the target,
        "images_per_class": 10,
        "training": {"batch_size", "momentum", "nesterov", "weight_decay", "padding", "flip", "precision",
                     "image_size": null | 224},
        "treatments": {NAME: {"start": "pretrained" | "scratch", "phases": [PHASE, ...]}},
        "seed": 0
    }

A PHASE is {"epochs", "learning_rate", "unfrozen_stages", "recipe": {"method": ..., ...}}. The same seed draws the
images, their order and the new classifier's initial weights for all treatments, so that they can be compared in pairs.
"""

from __future__ import annotations

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
from mixsuite.training.specification import PRECISIONS
from mixsuite.transfer.freezing import ALL

_KEYS = ("pretrained", "dataset", "images_per_class", "training", "treatments", "seed")
STARTS = ("pretrained", "scratch")


def check_transfer(transfer: Any) -> None:
    """Raise SettingError, naming the setting, unless `transfer` has all keys, no others, and values in range."""
    check_keys("transfer", transfer, _KEYS)
    check_count("images_per_class", transfer["images_per_class"], at_least=1)
    _check_training(transfer["training"])
    if not isinstance(transfer["treatments"], dict) or not transfer["treatments"]:
        raise SettingError(f"treatments: found {transfer['treatments']!r}, expected settings by name")
    for name, treatment in transfer["treatments"].items():
        _check_treatment(f"treatments: {name}", treatment)
    check_count("seed", transfer["seed"], at_least=0)


def _check_training(training: Any) -> None:
    check_keys(
        "training",
        training,
        ("batch_size", "momentum", "nesterov", "weight_decay", "padding", "flip", "precision", "image_size"),
    )
    check_count("training: batch_size", training["batch_size"], at_least=1)
    check_count("training: padding", training["padding"], at_least=0)
    check_fraction("training: momentum", training["momentum"])
    check_not_negative("training: weight_decay", training["weight_decay"])
    for key in ("nesterov", "flip"):
        check_switch(f"training: {key}", training[key])
    check_choice("training: precision", training["precision"], PRECISIONS)
    if training["image_size"] is not None:
        check_count("training: image_size", training["image_size"], at_least=1)


def _check_treatment(name: str, treatment: Any) -> None:
    check_keys(name, treatment, ("start", "phases"))
    check_choice(f"{name}: start", treatment["start"], STARTS)
    check_list(f"{name}: phases", treatment["phases"], of="phases")
    if not treatment["phases"]:
        raise SettingError(f"{name}: phases: found none, expected at least one")
    for phase in treatment["phases"]:
        check_keys(f"{name}: phases", phase, ("epochs", "learning_rate", "unfrozen_stages", "recipe"))
        check_count(f"{name}: phases: epochs", phase["epochs"], at_least=1)
        check_positive(f"{name}: phases: learning_rate", phase["learning_rate"])
        if phase["unfrozen_stages"] != ALL:
            check_count(f"{name}: phases: unfrozen_stages", phase["unfrozen_stages"], at_least=0)
