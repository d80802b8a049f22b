"""Scoring all training images under a trained network, in the way that the settings name."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from mixsuite.checks import SettingError
from mixsuite.data.batches import Images
from mixsuite.data.loader import ResidentImages
from mixsuite.models.layout import fastest_layout
from mixsuite.subsampling.specification import check_scoring
from mixsuite.training.trained import Trained

COLUMNS = {
    "mixed_losses": "losses of an anchor's mixed images, in nats",
    "dropout": "BALD in nats, variation ratio",
    "features": "penultimate features",
}
"""What the columns of the values are, by kind."""


def score_images(
    scoring: dict[str, Any], trained: Trained, images: Images, tell: Callable[[int], object]
) -> np.ndarray:
    """Return the values (N, ·), float32, of all training `images` by `scoring` (see ...subsampling.specification).

    `tell` is called with the number of images that are done.

    Raises:
        SettingError: a setting is missing, unknown or out of range, or does not fit the network or the images.
    """
    check_scoring(scoring)
    if not isinstance(images, ResidentImages):
        raise SettingError("dataset: found large images in an index, expected arrays of small ones to be scored")
    # Loaded by name: one kind's code is no part of another's scores.
    score = importlib.import_module(f"mixsuite.subsampling.{scoring['kind']}").score
    precision = trained.run["specification"]["schedule"]["precision"]
    return score(scoring, fastest_layout(trained.model), images, precision, tell)
