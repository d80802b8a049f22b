"""Measures O of an image's uncertainty, each one number per image, from what the scoring kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mixsuite.checks import SettingError, check_choice


class Moments(NamedTuple):
    """Of each image's losses: m(L_i) and σ(L_i), both (N,), float64."""

    mean: np.ndarray
    std: np.ndarray


@dataclass(frozen=True)
class Measure:
    """A measure: the kind of scores that it takes, and how it is computed of them and of its `settings`."""

    kind: str
    compute: Callable[..., np.ndarray]
    settings: tuple[str, ...] = ()


def moments(losses: np.ndarray, ddof: int = 0) -> Moments:
    """Return mean and standard deviation over each image's `losses` (N, M), with M - ddof in the denominator.

    Raises:
        SettingError: fewer than two losses per image, which have no deviation.
        ValueError: a loss is not finite.
    """
    if losses.shape[1] < 2:
        raise SettingError(f"draws: found {losses.shape[1]} loss per image, expected at least 2: one does not vary")
    if not np.isfinite(losses).all():
        place = int(np.flatnonzero(~np.isfinite(losses).all(axis=1))[0])
        raise ValueError(f"losses: one of image {place} is not finite, expected numbers")
    exact = losses.astype(np.float64)
    return Moments(exact.mean(axis=1), exact.std(axis=1, ddof=ddof))


def coefficient_of_variation(losses: np.ndarray, ddof: int = 0) -> np.ndarray:
    """Return CV_i = σ(L_i) / m(L_i) of the `losses` (N, M) (jeong2021, supplementary material, Data Subsampling).

    Cross-entropies are not negative, so that an image with a mean of zero has no variation: its CV is 0.
    """
    mean, std = moments(losses, ddof)
    return np.divide(std, mean, out=np.zeros_like(std), where=mean > 0)


MEASURES: dict[str, Measure] = {
    "cv": Measure("mixed_losses", coefficient_of_variation, ("ddof",)),
    "mean": Measure("mixed_losses", lambda losses: moments(losses).mean),
    "std": Measure("mixed_losses", lambda losses, ddof: moments(losses, ddof).std, ("ddof",)),
    "bald": Measure("dropout", lambda uncertainties: uncertainties[:, 0]),
    "variation_ratios": Measure("dropout", lambda uncertainties: uncertainties[:, 1]),
}
"""Measures that images are sorted by. Random selection and k-center need none."""


def measure_images(name: str, values: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    """Return the measure `name` of every image, (N,), from the scores' `values` (N, ·); it finds its own `settings`.

    Raises:
        SettingError: no such measure, or too few draws.
    """
    check_choice("measure", name, MEASURES)
    measure = MEASURES[name]
    return measure.compute(values, **{setting: settings[setting] for setting in measure.settings})
