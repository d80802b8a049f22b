"""ImageNet (ILSVRC 2012), or 1000 classes laid out like it, left where it is.

FOLDER/train/WNID/IMAGE and FOLDER/val/WNID/IMAGE or FOLDER/val/IMAGE, or both folders in FOLDER/ILSVRC/Data/CLS-LOC/,
as the archive of Kaggle's ImageNet Object Localization Challenge unpacks. The labels of images that lie in val/ itself
are looked up as mixsuite.data.imagenet_labels says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixsuite.checks import SettingError, check_keys
from mixsuite.data.class_folders import images_in, labelled_paths, list_images
from mixsuite.data.errors import DatasetError
from mixsuite.data.imagenet_labels import class_names, validation_labels
from mixsuite.data.index import RawIndex

N_CLASSES = 1000

_KAGGLE = Path("ILSVRC/Data/CLS-LOC")
# One of ImageNet's .JPEG files is a PNG.
_FORMATS = ("JPEG", "PNG")


def read(dataset: dict[str, Any], source: str | None) -> RawIndex:
    """Return where the images of the folder `source` lie; `val/` is the test split.

    Classes are the WordNet IDs (WNIDs) that name the folders of train/, in their order, as torchvision's ImageFolder
    numbers them. Images of val/ itself are in the order of their names.

    Raises:
        SettingError: `source` is missing, or a setting is unknown.
        DatasetError: a folder or images are missing, train/ has not N_CLASSES classes, an image of val/ has no label,
            or val/ has a class that train/ lacks.
    """
    check_keys("dataset", dataset, ("kind", "name"), ("checksums",))
    if source is None:
        raise SettingError(
            f"dataset {dataset['name']}: source: missing, expected the folder that holds train/ and val/"
        )
    folder = Path(source).absolute()
    root = _find_root(folder)
    train = list_images(root / "train")
    classes = list(train)
    if len(classes) != N_CLASSES:
        raise DatasetError(
            f"{root / 'train'}: found {len(classes)} class folders, expected ImageNet's {N_CLASSES}; for a part of it, "
            "add a dataset with kind: large_folder and let stand_ins: {datasets: {imagenet: NAME}} name it"
        )
    names = class_names(folder)
    return RawIndex(
        classes=classes,
        names=[names.get(wnid, wnid) for wnid in classes],
        source=f"ImageNet's layout, the folder {folder.name}",
        root=root,
        train=labelled_paths(train, classes, root),
        test=_validation_images(folder, root, classes),
        formats=_FORMATS,
    )


def _find_root(folder: Path) -> Path:
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder, expected one that holds train/ and val/")
    root = next((folder / base for base in (Path(), _KAGGLE) if (folder / base / "train").is_dir()), None)
    if root is None:
        raise DatasetError(f"{folder}: holds neither train/ nor {_KAGGLE}/train/, expected one of them")
    if not (root / "val").is_dir():
        raise DatasetError(f"{root}: holds no folder val/, expected it beside train/")
    return root


def _validation_images(folder: Path, root: Path, classes: list[str]) -> list[tuple[str, int]]:
    numbers = {wnid: number for number, wnid in enumerate(classes)}
    flat = images_in(root / "val")
    if not flat:
        val = list_images(root / "val")
        if foreign := sorted(val.keys() - numbers.keys()):
            raise DatasetError(f"{root}: val/ has the class {foreign[0]}, which train/ lacks")
        return labelled_paths(val, classes, root)
    labels, file = validation_labels(folder, root / "val")
    images = []
    for path in flat:
        wnid = labels.get(path.stem)
        if wnid is None:
            raise DatasetError(f"{path}: has no label in {file}")
        if wnid not in numbers:
            raise DatasetError(f"{path}: is of the class {wnid} ({file}), which train/ lacks")
        images.append((path.relative_to(root).as_posix(), numbers[wnid]))
    return images
