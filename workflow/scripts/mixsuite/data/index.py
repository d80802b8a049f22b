"""The prepared form of a large-image dataset: a table of files per split; the images stay where they are.

DATASET/dataset.json              what was indexed, where it lies, the splits and the sha256 of both tables
DATASET/{train,test}/index.csv    path (relative to the root), label, bytes; sha256 where it was asked for
DATASET/{train,test}/dataset.json classes, their readable names, root, sha256 of index.csv, source

No sha256 covers the root: images that were moved as a whole are indexed anew and nothing is trained again.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.data.description import SPLITS, combined_sha256, read_description
from mixsuite.data.errors import DatasetError
from mixsuite.data.image_files import FileFacts
from mixsuite.files import write_json, write_text

INDEX_FILES = ("index.csv", "dataset.json")
_COLUMNS = ["path", "label", "bytes"]


@dataclass(frozen=True)
class RawIndex:
    """What a reader of one kind of dataset returns: paths relative to `root` and labels of both splits.

    `names` says in words what each of the `classes` is. `formats` are those that images may have, of
    mixsuite.data.image_files.FORMATS.
    """

    classes: list[str]
    names: list[str]
    source: str
    root: Path
    train: list[tuple[str, int]]
    test: list[tuple[str, int]]
    formats: Collection[str]


@dataclass(frozen=True)
class ImageIndex:
    """One split: where its images lie, `labels` int64 (N,) and what its dataset.json says.

    `paths` (N,) are relative to `root`, in UTF-8: an array of bytes, which worker processes share, as they would not
    share a million strings.
    """

    root: Path
    paths: np.ndarray
    labels: np.ndarray
    description: dict[str, Any]

    @property
    def n_classes(self) -> int:
        """Number of classes, whether or not this split has an image of each."""
        return len(self.description["classes"])

    def path(self, place: int) -> Path:
        """Return where the image at `place` (from 0) lies."""
        return self.root / self.paths[place].decode()


def write_index_split(
    folder: Path, images: list[tuple[str, int]], facts: list[FileFacts], description: dict[str, Any]
) -> str:
    """Write one split into `folder` and return its sha256, which joins the `description` with the number of images."""
    checksums = ["sha256"] if facts[0].sha256 else []
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS + checksums)
    for (path, label), fact in zip(images, facts, strict=True):
        table.writerow([path, label, fact.size, *([fact.sha256] if checksums else [])])
    content = text.getvalue()
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "index.csv", content)
    write_json(folder / "dataset.json", {**description, "n": len(images), "sha256": sha256})
    return sha256


def load_index_split(folder: Path) -> ImageIndex:
    """Return the split in `folder`, its table held against its sha256; no image is opened.

    Raises:
        DatasetError: a file is missing or unreadable, a row is none, a label is no class, the table is not what was
            prepared, or the folder of the images is gone.
    """
    description = read_description(folder / "dataset.json", ("classes", "root", "sha256", "source", "n"))
    root, file = Path(description["root"]), folder / "index.csv"
    if not root.is_dir():
        raise DatasetError(f"{root}: no such folder, expected the images of {folder}: were they moved, index them anew")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read ({error})") from None
    if (found := hashlib.sha256(content).hexdigest()) != description["sha256"]:
        raise DatasetError(f"{file}: has sha256 {found}, expected {description['sha256']}: prepare it anew")
    paths, labels = _parse(file, content)
    if len(paths) != description["n"]:
        raise DatasetError(f"{file}: found {len(paths)} images, expected {description['n']}")
    n_classes = len(description["classes"])
    if labels.min() < 0 or labels.max() >= n_classes:
        raise DatasetError(f"{file}: found a label outside 0..{n_classes - 1}")
    return ImageIndex(root, paths, labels, description)


def load_index(folder: Path, sha256: str | None = None) -> tuple[ImageIndex, ImageIndex, str]:
    """Return the train split, the test split and the sha256 of the dataset indexed in `folder`.

    Raises:
        DatasetError: as load_index_split; or the splits differ in their classes; or the dataset's sha256 is not
            `sha256`.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder, expected an indexed dataset (train/ and test/)")
    train, test = (load_index_split(folder / split) for split in SPLITS)
    if train.description["classes"] != test.description["classes"]:
        raise DatasetError(f"{folder}: train/ and test/ differ in their classes")
    found = combined_sha256(train.description["sha256"], test.description["sha256"])
    if sha256 and found != sha256:
        raise DatasetError(f"{folder}: the dataset has sha256 {found}, expected {sha256}: it was prepared differently")
    return train, test, found


def _parse(file: Path, content: bytes) -> tuple[np.ndarray, np.ndarray]:
    try:
        rows = csv.reader(io.StringIO(content.decode(), newline=""))
    except UnicodeDecodeError:
        raise DatasetError(f"{file}: is not in UTF-8") from None
    if next(rows, [])[: len(_COLUMNS)] != _COLUMNS:
        raise DatasetError(f"{file}: lacks the columns {', '.join(_COLUMNS)}")
    paths, labels = [], []
    try:
        for row in rows:
            paths.append(row[0].encode())
            labels.append(int(row[1]))
    except (ValueError, IndexError):
        raise DatasetError(f"{file}: line {rows.line_num}: found {row}, expected a path and a label") from None
    if not paths:
        raise DatasetError(f"{file}: holds no image")
    return np.array(paths), np.array(labels, np.int64)
