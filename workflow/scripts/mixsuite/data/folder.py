"""Any folder of class folders: FOLDER/{train,test}/CLASS/IMAGE (`val/` will do for `test/`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.checks import SettingError, check_count, check_keys
from mixsuite.data.arrays import RawDataset
from mixsuite.data.class_folders import decode, list_both_splits


def read(dataset: dict[str, Any], source: str | None, cache: Path) -> RawDataset:
    """Return the images of the folder `source` in RGB, `image_size` pixels square; classes are sorted by name.

    An image of another size has its shorter side resized to `image_size` (bilinear, antialiased) and is cut to the
    centre. `cache` is not needed.

    Raises:
        SettingError: `image_size` or `source` is missing, or a setting is unknown.
        DatasetError: the folder, a split or images are missing, an image does not decode, there are fewer than two
            classes, or the splits differ in their classes.
    """
    check_keys("dataset", dataset, ("kind", "name", "image_size"))
    size = dataset["image_size"]
    check_count("dataset: image_size", size, at_least=1)
    if source is None:
        raise SettingError(
            f"dataset {dataset['name']}: source: missing, expected the folder that holds train/ and test/"
        )
    train, test = list_both_splits(Path(source))
    return RawDataset(
        classes=list(train),
        source=f"the folder {Path(source).name}, resized to {size} x {size} pixels",
        train=_read_split(train, size),
        test=_read_split(test, size),
    )


def _read_split(paths: dict[str, list[Path]], size: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.repeat(np.arange(len(paths), dtype=np.int64), [len(files) for files in paths.values()])
    images = np.empty((len(labels), size, size, 3), np.uint8)
    for place, path in enumerate(path for files in paths.values() for path in files):
        images[place] = decode(path, size)
    return images, labels
