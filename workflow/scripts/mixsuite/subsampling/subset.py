"""Selecting a subset of the training images: measure and sampling function, class by class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mixsuite.checks import SettingError
from mixsuite.subsampling.k_center import k_center_greedy
from mixsuite.subsampling.measures import measure_images
from mixsuite.subsampling.scores import Scores
from mixsuite.subsampling.selection import kept_count, take_in_order
from mixsuite.subsampling.specification import check_subset, kind_of
from mixsuite.subsampling.streams import numpy_stream

Choice = Callable[[np.ndarray, int], np.ndarray]
"""choose(members, count): which `count` of some images, given by their places, as places among `members`."""


def select_subset(subset: dict[str, Any], labels: np.ndarray, scores: Scores | None) -> np.ndarray:
    """Return the places, rising int64, of the images that `subset` (see ...subsampling.specification) keeps.

    `labels` (N,) are those of the whole training split. From each class, or from all images with the pool `all`,
    ⌊t · size⌋ are kept; random ones from each class.

    Raises:
        SettingError: a setting is missing, unknown or out of range, or does not fit the scores or the classes' sizes.
    """
    check_subset(subset)
    values = _values(subset, len(labels), scores)
    kept = []
    for name, members in _groups(subset, labels).items():
        choose = _choice(subset, values, name)
        kept.append(members[choose(members, kept_count(subset["t"], len(members)))])
    return np.sort(np.concatenate(kept)).astype(np.int64)


def _groups(subset: dict[str, Any], labels: np.ndarray) -> dict[str, np.ndarray]:
    if subset.get("pool") == "all":
        return {"all": np.arange(len(labels))}
    return {f"class {label}": np.flatnonzero(labels == label) for label in np.unique(labels)}


def _values(subset: dict[str, Any], n: int, scores: Scores | None) -> np.ndarray | None:
    kind = kind_of(subset["measure"])
    if kind is None:
        return None
    found = scores.specification["kind"] if scores else None
    if found != kind:
        raise SettingError(f"scores: found {found or 'none'}, expected {kind} for {subset['measure']}")
    if len(scores.values) != n:
        raise SettingError(f"scores: found {len(scores.values)} rows, expected {n}, one for each training image")
    if subset["measure"] == "k_center":
        return scores.values
    return measure_images(subset["measure"], scores.values, subset)


def _choice(subset: dict[str, Any], values: np.ndarray | None, group: str) -> Choice:
    # A group draws from a stream of its own: what it keeps does not change with the others.
    generator = numpy_stream(subset["seed"], subset["measure"], group)
    if subset["measure"] == "random":
        return lambda members, count: generator.permutation(len(members))[:count]
    if subset["measure"] == "k_center":
        return lambda members, count: k_center_greedy(values[members], count, int(generator.integers(len(members))))
    return lambda members, count: take_in_order(values[members], count, subset["order"], subset["interval"])
