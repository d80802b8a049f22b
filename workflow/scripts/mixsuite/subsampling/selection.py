"""Sampling functions S: which of the sorted images of a class are kept (jeong2021, supplementary material, Eq. 1)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mixsuite.checks import SettingError

ORDERS = ("high", "low")
"""Whether the images of the largest or of the smallest measure come first."""


def check_ratio(t: object) -> None:
    """Raise SettingError unless `t` is a number in (0, 1]."""
    number = isinstance(t, int | float) and not isinstance(t, bool)
    if not (number and 0 < t <= 1):
        raise SettingError(f"t: found {t!r}, expected a ratio above 0 and at most 1")


def kept_count(t: float, size: int) -> int:
    """Return how many of `size` images are kept: t · size, rounded down, with t as its decimal digits say.

    So 0.05 of 60 are 3, although 0.05 as a binary number is not 1/20.

    Raises:
        SettingError: t outside (0, 1], or none would be kept.
    """
    check_ratio(t)
    count = int(Fraction(repr(t)) * size)
    if count < 1:
        raise SettingError(f"t: found {t}, of which {size} images keep none, expected at least 1 / {size}")
    return count


def largest_interval(count: int, size: int) -> int:
    """Return the largest interval at which `count` of `size` images can be taken: size // count, about 1 / t."""
    return size // count


def take_in_order(values: np.ndarray, count: int, order: str, interval: int = 1) -> np.ndarray:
    """Return the places of `count` images, every `interval`-th of them in the order of `values` (n,), from the first.

    Interval 1 is the paper's deterministic function (the top `count`), a larger one its interval-based function. Of
    equal values the earlier place comes first.

    Raises:
        SettingError: the interval is larger than `largest_interval`.
    """
    largest = largest_interval(count, len(values))
    if interval > largest:
        raise SettingError(
            f"interval: found {interval}, expected at most {largest}, with which {count} of {len(values)} can be taken"
        )
    ranked = np.argsort(-values if order == "high" else values, kind="stable")
    return ranked[: count * interval : interval]
