"""Any folder of class folders whose images stay where they are: FOLDER/{train,test}/CLASS/IMAGE (or `val/`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixsuite.checks import SettingError, check_keys
from mixsuite.data.class_folders import labelled_paths, list_both_splits
from mixsuite.data.image_files import FORMATS
from mixsuite.data.index import RawIndex


def read(dataset: dict[str, Any], source: str | None) -> RawIndex:
    """Return where the images of the folder `source` lie; classes are sorted by name, and so are a class's images.

    Raises:
        SettingError: `source` is missing, or a setting is unknown.
        DatasetError: the folder, a split or images are missing, there are fewer than two classes, or the splits differ
            in their classes.
    """
    check_keys("dataset", dataset, ("kind", "name"), ("checksums",))
    if source is None:
        raise SettingError(
            f"dataset {dataset['name']}: source: missing, expected the folder that holds train/ and test/"
        )
    root = Path(source).absolute()
    train, test = list_both_splits(root)
    classes = list(train)
    return RawIndex(
        classes=classes,
        names=classes,
        source=f"the folder {root.name}",
        root=root,
        train=labelled_paths(train, classes, root),
        test=labelled_paths(test, classes, root),
        formats=tuple(FORMATS),
    )
