"""scikit-learn's digits: 1,797 real handwritten digits, 8 x 8 pixels in 17 greys, shipped with the package.

A test set of the UCI "Optical Recognition of Handwritten Digits" data (Alpaydin and Kaynak 1998).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.checks import SettingError, check_count, check_keys
from mixsuite.data.arrays import RawDataset

_DARKEST = 16


def read(dataset: dict[str, Any], source: str | None, cache: Path) -> RawDataset:
    """Return the digits, greys scaled to 0..255; the first `train_per_class` (default 60) of each class are to train.

    Few training images, so that regularisation can matter. The package's order is kept in both splits: no random
    numbers, hence the same split with every version of every library. There is no `source`, and no use for `cache`.

    Raises:
        SettingError: an unknown setting, or `train_per_class` outside 1..173 (the rarest class has 174 images).
    """
    check_keys("dataset", dataset, ("kind", "name"), ("train_per_class",))
    if source is not None:
        raise SettingError(f"dataset {dataset['name']}: source: found {source!r}, expected none: a package ships it")
    per_class = dataset.get("train_per_class", 60)
    check_count("dataset: train_per_class", per_class, at_least=1)

    # Here, because no other dataset needs its second of import time.
    from sklearn.datasets import load_digits

    greys, labels = load_digits(return_X_y=True)
    images = np.rint(greys.reshape(-1, 8, 8, 1) * (255 / _DARKEST)).astype(np.uint8)
    labels = labels.astype(np.int64)
    if per_class >= np.bincount(labels).min():
        raise SettingError(
            f"dataset: train_per_class: found {per_class}, expected at most {np.bincount(labels).min() - 1}"
        )
    rank = np.array([np.count_nonzero(labels[:place] == label) for place, label in enumerate(labels)])
    training = rank < per_class
    return RawDataset(
        classes=[str(digit) for digit in range(10)],
        source=f"scikit-learn's digits (8 x 8, grey), the first {per_class} of each class as the training split",
        train=(images[training], labels[training]),
        test=(images[~training], labels[~training]),
    )
