"""scikit-learn's digits: 1,797 real handwritten digits, 8 x 8 pixels in 17 greys, shipped with the package.

A test set of the UCI "Optical Recognition of Handwritten Digits" data (Alpaydin and Kaynak 1998).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.checks import SettingError, check_choice, check_keys, check_list
from mixsuite.data.arrays import RawDataset

TRAIN_PER_CLASS = 60
N_DIGITS = 10
_DARKEST = 16


def read(dataset: dict[str, Any], source: str | None, cache: Path) -> RawDataset:
    """Return the digits, greys scaled to 0..255; the first TRAIN_PER_CLASS of each class are to train.

    With the setting `classes`, a list such as [5, 6, 7, 8, 9], they are those alone, labelled from 0 in its order. Few training images, so that regularisation can matter. The package's order is kept in both splits: no random
    numbers, hence the same split with every version of every library. There is no `source`, and no use for `cache`.

    Raises:
        SettingError: an unknown setting, classes that are no digits or fewer than two, or a source.
    """
    check_keys("dataset", dataset, ("kind", "name"), ("classes",))
    digits = dataset.get("classes", list(range(N_DIGITS)))
    _check_classes(digits)
    if source is not None:
        raise SettingError(f"dataset {dataset['name']}: source: found {source!r}, expected none: a package ships it")

    # Here, because no other dataset needs its second of import time.
    from sklearn.datasets import load_digits

    greys, labels = load_digits(return_X_y=True)
    images = np.rint(greys.reshape(-1, 8, 8, 1) * (255 / _DARKEST)).astype(np.uint8)
    labels = labels.astype(np.int64)
    rank = np.array([np.count_nonzero(labels[:place] == label) for place, label in enumerate(labels)])
    training, chosen = rank < TRAIN_PER_CLASS, np.isin(labels, digits)
    places = np.zeros(N_DIGITS, np.int64)
    places[digits] = np.arange(len(digits))
    which = "" if len(digits) == N_DIGITS else f" {', '.join(str(digit) for digit in digits)}"
    return RawDataset(
        classes=[str(digit) for digit in digits],
        source=f"scikit-learn's digits{which} (8 x 8, grey), the first {TRAIN_PER_CLASS} of each class as the "
        "training split",
        train=(images[training & chosen], places[labels[training & chosen]]),
        test=(images[~training & chosen], places[labels[~training & chosen]]),
    )


def _check_classes(digits: Any) -> None:
    check_list("dataset: classes", digits, of="digits")
    for digit in digits:
        check_choice("dataset: classes", digit, range(N_DIGITS))
    if len(digits) < 2 or len(set(digits)) < len(digits):
        raise SettingError(f"dataset: classes: found {digits}, expected at least two digits, each once")
