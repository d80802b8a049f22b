"""scikit-learn's digits: 1,797 real handwritten digits, 8 x 8 pixels in 17 greys, shipped with the package.

A test set of the UCI "Optical Recognition of Handwritten Digits" data (Alpaydin and Kaynak 1998).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.checks import SettingError, check_choice, check_count, check_keys, check_list
from mixsuite.data.arrays import RawDataset

TRAIN_PER_CLASS = 60
N_DIGITS = 10
_DARKEST = 16


def read(dataset: dict[str, Any], source: str | None, cache: Path) -> RawDataset:
    """Return the digits, greys scaled to 0..255; the first TRAIN_PER_CLASS of each digit are to train.

    Few training images, so that regularisation can matter. The package's order is kept in both splits: no random
    numbers, hence the same split with every version of every library. There is no `source`, and no use for `cache`.

    Two settings make another task of them, for a network that knows the digits: `groups`, such as [[0, 5], [1, 6]],
    are the classes, each of one or several digits, and digits in none are left out; the first `skip_per_class` of each
    digit are left out, so that others are to train.

    Raises:
        SettingError: an unknown setting, groups that are none, too many left out, or a source.
    """
    check_keys("dataset", dataset, ("kind", "name"), ("groups", "skip_per_class"))
    groups = dataset.get("groups", [[digit] for digit in range(N_DIGITS)])
    skipped = dataset.get("skip_per_class", 0)
    _check_groups(groups)
    check_count("dataset: skip_per_class", skipped, at_least=0)
    if source is not None:
        raise SettingError(f"dataset {dataset['name']}: source: found {source!r}, expected none: a package ships it")

    # Here, because no other dataset needs its second of import time.
    from sklearn.datasets import load_digits

    greys, digits = load_digits(return_X_y=True)
    images = np.rint(greys.reshape(-1, 8, 8, 1) * (255 / _DARKEST)).astype(np.uint8)
    rank = np.array([np.count_nonzero(digits[:place] == digit) for place, digit in enumerate(digits)]) - skipped
    labels = np.full(N_DIGITS, -1)
    for label, group in enumerate(groups):
        labels[group] = label
    labels = labels[digits].astype(np.int64)
    training, testing = (
        (labels >= 0) & part for part in ((rank >= 0) & (rank < TRAIN_PER_CLASS), rank >= TRAIN_PER_CLASS)
    )
    if set(labels[testing].tolist()) != set(range(len(groups))):
        raise SettingError(f"dataset: skip_per_class: found {skipped}, expected fewer: no digits are left to test on")
    unit = "class" if len(groups) == N_DIGITS else "digit"
    return RawDataset(
        classes=[" or ".join(str(digit) for digit in group) for group in groups],
        source=f"scikit-learn's digits (8 x 8, grey), {_which(skipped)} {TRAIN_PER_CLASS} of each {unit} as the "
        "training split",
        train=(images[training], labels[training]),
        test=(images[testing], labels[testing]),
    )


def _which(skipped: int) -> str:
    return f"without the first {skipped} of each digit; the next" if skipped else "the first"


def _check_groups(groups: Any) -> None:
    check_list("dataset: groups", groups, of="lists of digits")
    for group in groups:
        check_list("dataset: groups", group, of="digits")
        for digit in group:
            check_choice("dataset: groups", digit, range(N_DIGITS))
    digits = [digit for group in groups for digit in group]
    if len(groups) < 2 or not all(groups) or len(set(digits)) < len(digits):
        raise SettingError(f"dataset: groups: found {groups}, expected at least two, of digits each there once")
