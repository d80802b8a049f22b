"""Measures O of an image's uncertainty, each one number per image, from what the scoring kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mixsuite.checks import SettingError, check_choice


class Moments(NamedTuple):
    """Of each image's losses: m(L_i) and σ(L_i), both (N,), float64."""

    mean: np.ndarray
    std: np.ndarray


@dataclass(frozen=True)
class Measure:
    """A measure: the kind of scores that it takes, and how it is computed of them and of `ddof`."""

    kind: str
    compute: Callable[[np.ndarray, int], np.ndarray]


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
    "cv": Measure("mixed_losses", coefficient_of_variation),
    "mean": Measure("mixed_losses", lambda losses, ddof: moments(losses, ddof).mean),
    "std": Measure("mixed_losses", lambda losses, ddof: moments(losses, ddof).std),
    "bald": Measure("dropout", lambda uncertainties, _: uncertainties[:, 0]),
    "variation_ratios": Measure("dropout", lambda uncertainties, _: uncertainties[:, 1]),
}
"""Measures that images are sorted by. Random selection and k-center need none."""


def measure_images(name: str, values: np.ndarray, ddof: int = 0) -> np.ndarray:
    """Return the measure `name` of every image, (N,), from the scores' `values` (N, ·).

    Raises:
        SettingError: no such measure, or too few draws.
    """
    check_choice("measure", name, MEASURES)
    return MEASURES[name].compute(values, ddof)
