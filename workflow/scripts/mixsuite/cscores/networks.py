"""Estimates of C-scores with networks of the suite, trained on many subsets of a split, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mixsuite.checks import SettingError
from mixsuite.cscores.estimation import Counts, Learner, estimate
from mixsuite.cscores.predictions import predict
from mixsuite.cscores.specification import run_of
from mixsuite.cscores.state import restore_counts, save_counts
from mixsuite.data.arrays import ImageArrays
from mixsuite.files import digest
from mixsuite.randomness import derived_seed
from mixsuite.training.checkpoint import checkpoint_identity
from mixsuite.training.loop import train_epoch
from mixsuite.training.reproducible import reproducible
from mixsuite.training.task import assemble

_SECONDS_BETWEEN_STATES = 2.0


def network_learner(run: dict[str, Any], split: ImageArrays, device: torch.device) -> Learner:
    """Return what trains the network of `run` on images of `split` and predicts all of them.

    `run` is a run's specification (see mixsuite.training.specification); each training has a seed of its own that
    follows from the run's. Images are normalised as all of `split` are.
    """

    def learn(chosen: np.ndarray, number: int) -> np.ndarray:
        seeded = {**run, "seed": derived_seed(run["seed"], "training", number)}
        subset = ImageArrays(split.images[chosen], split.labels[chosen], split.description)
        task = assemble(seeded, subset, split, device)
        with reproducible(device):
            for epoch in range(run["schedule"]["epochs"]):
                train_epoch(task, epoch)
            return predict(task.model, task.test, device, run["schedule"]["precision"])

    return learn


def count_correct(
    specification: dict[str, Any],
    split: Any,
    sha256: str,
    device: torch.device,
    state: Path,
    code: str,
    tell: Callable[[Counts], object],
) -> Counts:
    """Return the counts of the estimate `specification` (see mixsuite.cscores.specification) on `split`.

    They are kept in `state` now and then, from where the same estimate, with the same `code` and dataset (`sha256`),
    goes on. `tell` is called at the beginning and after each training.

    Raises:
        SettingError: `split` holds large images, or a setting does not fit.
    """
    if not isinstance(split, ImageArrays):
        raise SettingError("dataset: found an index of large images, expected small images, prepared as arrays")
    ratios, plan = specification["ratios"], {key: specification[key] for key in ("ratios", "repeats", "seed")}
    identity = digest(checkpoint_identity(specification, code, sha256, device))
    counts = restore_counts(state, len(ratios), len(split.labels), identity)
    tell(counts)
    saved = time.monotonic()

    def keep(counts: Counts) -> None:
        nonlocal saved
        tell(counts)
        if time.monotonic() - saved > _SECONDS_BETWEEN_STATES:
            save_counts(state, counts, identity)
            saved = time.monotonic()

    learn = network_learner(run_of(specification), split, device)
    estimate(np.asarray(split.labels), **plan, learn=learn, counts=counts, tell=keep)
    return counts
