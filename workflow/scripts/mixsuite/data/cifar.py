"""CIFAR-10 and CIFAR-100 (Krizhevsky 2009) from the official archives, or from folders of class folders.

File names, keys and checksums are those of torchvision/datasets/cifar.py (pytorch/vision).
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.checks import SettingError, check_count, check_keys
from mixsuite.data.arrays import RawDataset
from mixsuite.data.class_folders import list_both_splits, open_image
from mixsuite.data.description import SPLITS
from mixsuite.data.download import fetch, md5_of
from mixsuite.data.errors import DatasetError
from mixsuite.data.restricted_pickle import as_text, load_batch

SIDE = 32
_PARTS = ("train_per_class", "test_per_class")
_HOST = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class Layout:
    """What a dataset holds per class, and its official archive: `md5` is the archive's, `files` its members'."""

    title: str
    n_classes: int
    train_per_class: int
    test_per_class: int
    url: str
    md5: str
    folder: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    meta: str
    files: dict[str, str]
    labels: str
    names: str

    @property
    def archive(self) -> str:
        """File name of the archive."""
        return self.url.rpartition("/")[2]


LAYOUTS = {
    "cifar10": Layout(
        title="CIFAR-10",
        n_classes=10,
        train_per_class=5000,
        test_per_class=1000,
        url=f"{_HOST}cifar-10-python.tar.gz",
        md5="c58f30108f718f92721af3b95e74349a",
        folder="cifar-10-batches-py",
        train=tuple(f"data_batch_{number}" for number in range(1, 6)),
        test=("test_batch",),
        meta="batches.meta",
        files={
            "data_batch_1": "c99cafc152244af753f735de768cd75f",
            "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
            "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
            "data_batch_4": "634d18415352ddfa80567beed471001a",
            "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
            "test_batch": "40351d587109b95175f43aff81a1287e",
            "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
        },
        labels="labels",
        names="label_names",
    ),
    "cifar100": Layout(
        title="CIFAR-100",
        n_classes=100,
        train_per_class=500,
        test_per_class=100,
        url=f"{_HOST}cifar-100-python.tar.gz",
        md5="eb9058c3a382ffc7106e4002c42a8d85",
        folder="cifar-100-python",
        train=("train",),
        test=("test",),
        meta="meta",
        files={
            "train": "16019d7e3df5f24257cddd939b257f8d",
            "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
            "meta": "7973b15100ade9c7d40fb424638fde48",
        },
        labels="fine_labels",
        names="fine_label_names",
    ),
}


def read(dataset: dict[str, Any], source: str | None, cache: Path) -> RawDataset:
    """Return CIFAR-10 or CIFAR-100 (fine labels), both splits in their original order.

    `source` is the official archive, the folder that it unpacks to, an address (http or https) that serves the archive,
    or a folder of class folders (train/CLASS/IMAGE, test/CLASS/IMAGE; all images, ordered by their names). Without one
    the archive is fetched from its authors' page into `cache`. With the settings `train_per_class` and
    `test_per_class`, a split is no more than the first so many images of each class.

    Raises:
        SettingError: an unknown setting, or a class has fewer images.
        DatasetError: files are missing, damaged, of another checksum, or not CIFAR.
    """
    check_keys("dataset", dataset, ("kind", "name"), _PARTS)
    layout = LAYOUTS[dataset["kind"]]
    parts = {part: dataset[part] for part in _PARTS if part in dataset}
    for part, per_class in parts.items():
        check_count(f"dataset: {part}", per_class, at_least=1)
        if per_class > getattr(layout, part):
            most = f"at most the {getattr(layout, part)} of {layout.title}"
            raise SettingError(f"dataset: {part}: found {per_class}, expected {most}")
    whole = read_layout(layout, source, cache)
    for part, per_class in parts.items():
        whole = _first_of_each_class(whole, part.partition("_")[0], per_class)
    return whole


def _first_of_each_class(whole: RawDataset, split: str, per_class: int) -> RawDataset:
    images, labels = getattr(whole, split)
    kept = np.sort(np.concatenate([np.flatnonzero(labels == label)[:per_class] for label in range(len(whole.classes))]))
    source = f"{whole.source}, the first {per_class} images of each class to {split}"
    return replace(whole, **{"source": source, split: (images[kept], labels[kept])})


def read_layout(layout: Layout, source: str | None, cache: Path) -> RawDataset:
    """Return the dataset of an archive with this `layout`; `source` and `cache` as in `read`."""
    if source is None or source.startswith(("http://", "https://")):
        url = source or layout.url
        return _read_archive(layout, fetch(url, cache / layout.archive, layout.md5), url)
    path = Path(source)
    if path.is_file():
        found = md5_of(path)
        if found != layout.md5:
            raise DatasetError(
                f"{path}: has md5 {found}, expected {layout.md5} of {layout.archive}: damaged or another file"
            )
        return _read_archive(layout, path, path.name)
    for folder in (path, path / layout.folder):
        if (folder / layout.meta).is_file():
            return _read_unpacked(layout, folder)
    if (path / "train").is_dir():
        return _read_class_folders(layout, path)
    raise DatasetError(
        f"{path}: found no {layout.title} there, expected {layout.archive}, the folder {layout.folder}/ that it "
        "unpacks to, or a folder that holds train/ and test/ with class folders"
    )


def _read_archive(layout: Layout, archive: Path, source: str) -> RawDataset:
    contents = {}
    try:
        with tarfile.open(archive) as tar:
            for name in layout.files:
                member = tar.extractfile(f"{layout.folder}/{name}")
                if member is None:
                    raise DatasetError(f"{archive}: {layout.folder}/{name} is no file")
                contents[name] = member.read()
    except KeyError as error:
        raise DatasetError(f"{archive}: {error.args[0]}") from None
    except (OSError, EOFError, tarfile.TarError) as error:
        raise DatasetError(f"{archive}: does not unpack, it is damaged or incomplete ({error})") from None
    return _read_batches(layout, contents.__getitem__, f"{layout.title}, {source}")


def _read_unpacked(layout: Layout, folder: Path) -> RawDataset:
    for name, md5 in layout.files.items():
        if not (folder / name).is_file():
            raise DatasetError(f"{folder}: lacks {name}, expected all of {', '.join(layout.files)}")
        if (found := md5_of(folder / name)) != md5:
            raise DatasetError(f"{folder / name}: has md5 {found}, expected {md5}: damaged or incomplete")
    return _read_batches(layout, lambda name: (folder / name).read_bytes(), f"{layout.title}, unpacked archive")


def _read_batches(layout: Layout, content_of: Callable[[str], bytes], source: str) -> RawDataset:
    names = load_batch(content_of(layout.meta), layout.meta).get(layout.names)
    if not isinstance(names, list) or len(names) != layout.n_classes:
        raise DatasetError(f"{layout.meta}: lacks the {layout.n_classes} names of the classes ({layout.names})")
    splits = []
    for files in (layout.train, layout.test):
        batches = [_parse_batch(layout, load_batch(content_of(name), name), name) for name in files]
        splits.append(tuple(np.concatenate(parts) for parts in zip(*batches, strict=True)))
    return RawDataset([as_text(name) for name in names], source, *splits)


def _parse_batch(layout: Layout, batch: dict[str, Any], name: str) -> tuple[np.ndarray, np.ndarray]:
    data, labels = batch.get("data"), batch.get(layout.labels)
    if not isinstance(data, np.ndarray) or data.ndim != 2 or data.shape[1] != 3 * SIDE * SIDE:
        raise DatasetError(f"{name}: lacks the array `data` of 3 x {SIDE} x {SIDE} bytes per image")
    allowed = range(layout.n_classes)
    if not isinstance(labels, list) or len(labels) != len(data) or any(label not in allowed for label in labels):
        raise DatasetError(
            f"{name}: lacks the list `{layout.labels}` of one class in 0..{layout.n_classes - 1} per image"
        )
    return data.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1), np.array(labels, np.int64)


def _read_class_folders(layout: Layout, root: Path) -> RawDataset:
    splits = list_both_splits(root)
    classes = list(splits[0])
    if len(classes) != layout.n_classes:
        raise DatasetError(f"{root}: found {len(classes)} classes, expected the {layout.n_classes} of {layout.title}")
    for name, split, expected in zip(SPLITS, splits, (layout.train_per_class, layout.test_per_class), strict=True):
        for label, paths in split.items():
            if len(paths) != expected:
                raise DatasetError(
                    f"{root}: found {len(paths)} images to {name} of the class {label}, expected the {expected} of "
                    f"{layout.title}"
                )
    read = [_read_in_order_of_names(split) for split in splits]
    return RawDataset(classes, f"{layout.title}, images of the folder {root.name}", *read)


def _read_in_order_of_names(split: dict[str, list[Path]]) -> tuple[np.ndarray, np.ndarray]:
    # A training image's name may be its place in the original order, by which others number the images.
    labelled = [(path, label) for label, paths in enumerate(split.values()) for path in paths]
    labelled.sort(key=lambda entry: (entry[0].name, entry[1]))
    images = np.stack([_read_image(path) for path, _ in labelled])
    return images, np.array([label for _, label in labelled], np.int64)


def _read_image(path: Path) -> np.ndarray:
    image = open_image(path)
    if image.size != (SIDE, SIDE):
        width, height = image.size
        raise DatasetError(f"{path}: found {width} x {height} pixels, expected {SIDE} x {SIDE}: no image of CIFAR")
    return np.asarray(image)
