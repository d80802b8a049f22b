"""What a search is made of, checked key by key.

{"dataset": {...}, "search": {...}, "seed": 0}
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
from mixsuite.search.halves import SPLITS

NETWORK_KEYS = ("channels", "cells", "nodes", "partial")
"""The settings of the supernet; it checks their values itself."""

SEARCH_KEYS = (
    *NETWORK_KEYS,
    "epochs",
    "warmup_epochs",
    "batch_size",
    "learning_rate",
    "final_learning_rate",
    "momentum",
    "weight_decay",
    "gradient_norm",
    "architecture_learning_rate",
    "architecture_betas",
    "architecture_weight_decay",
    "architecture_gradient_norm",
    "split",
    "weight_share",
    "padding",
    "flip",
    "normalisation",
)


def check_search(run: Any) -> None:
    """Raise SettingError, naming the setting, unless `run` has all keys, no others, and settings that can be run."""
    check_keys("run", run, ("dataset", "search", "seed"))
    if not isinstance(run["dataset"], dict):
        raise SettingError(f"dataset: found {run['dataset']!r}, expected its settings")
    check_count("seed", run["seed"], at_least=0)
    settings = run["search"]
    check_keys("search", settings, SEARCH_KEYS)
    for key, least in (("epochs", 1), ("warmup_epochs", 0), ("batch_size", 1), ("padding", 0)):
        check_count(f"search: {key}", settings[key], at_least=least)
    if settings["warmup_epochs"] >= settings["epochs"]:
        raise SettingError(
            f"search: warmup_epochs: found {settings['warmup_epochs']} of {settings['epochs']} epochs, expected fewer: "
            "in these the architecture rests"
        )
    for key in ("learning_rate", "gradient_norm", "architecture_learning_rate", "architecture_gradient_norm"):
        check_positive(f"search: {key}", settings[key])
    for key in ("final_learning_rate", "weight_decay", "architecture_weight_decay"):
        check_not_negative(f"search: {key}", settings[key])
    for key in ("momentum", "weight_share"):
        check_fraction(f"search: {key}", settings[key])
    check_list("search: architecture_betas", settings["architecture_betas"], "two numbers")
    if len(settings["architecture_betas"]) != 2:
        raise SettingError(
            f"search: architecture_betas: found {settings['architecture_betas']!r}, expected two numbers"
        )
    for value in settings["architecture_betas"]:
        check_fraction("search: architecture_betas", value)
    check_choice("search: split", settings["split"], SPLITS)
    check_switch("search: flip", settings["flip"])
    if settings["normalisation"] != "dataset":
        check_keys("search: normalisation", settings["normalisation"], ("mean", "std"))
