"""How well a trained network knows the images that it was trained on, beside those of the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from mixsuite.checks import SettingError, check_keys
from mixsuite.training.evaluation import evaluate
from mixsuite.training.sources import Source
from mixsuite.training.trained import Trained

KEYS = ("run", "splits")
SPLITS = ("train", "test")


def check_fit(fit: Any) -> None:
    """Raise SettingError, naming the setting, unless `fit` is {"run": identity, "splits": some of SPLITS}."""
    check_keys("fit", fit, KEYS)
    if not isinstance(fit["splits"], list) or not fit["splits"] or not set(fit["splits"]) <= set(SPLITS):
        raise SettingError(f"fit: splits: found {fit['splits']!r}, expected a list of {' and '.join(SPLITS)}")


def measure_fit(
    fit: dict[str, Any],
    trained: Trained,
    source: Source,
    device: torch.device,
    tell: Callable[[int, str], None] = lambda done, note: None,
) -> dict[str, dict[str, float]]:
    """Return for each split that `fit` names the `loss` (nats), `top1_error` and `top5_error` (%) of `trained`.

    Images are neither shifted nor flipped nor mixed, whatever the training did with them. `tell` is called with the
    number of splits that are done, and the last one's name.
    """
    check_fit(fit)
    images = {"train": source.train, "test": source.test}
    precision = trained.run["specification"]["schedule"]["precision"]
    found = {}
    for done, split in enumerate(fit["splits"], start=1):
        measured = evaluate(trained.model, images[split], device, precision)
        found[split] = {key: measured[key] for key in ("loss", "top1_error", "top5_error")}
        tell(done, split)
    return found
