"""Folders of class folders: finding the images and decoding them, with one message for whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from mixsuite.data.errors import DatasetError

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


def find_splits(root: Path) -> tuple[Path, Path]:
    """Return the folders of the train and the test split in `root`: `train/`, and `test/` or else `val/`."""
    if not root.is_dir():
        raise DatasetError(f"{root}: no such folder, expected one that holds train/ and test/ (or val/)")
    train, test = root / "train", next((root / name for name in ("test", "val") if (root / name).is_dir()), None)
    if not train.is_dir():
        raise DatasetError(f"{root}: holds no folder train/, expected train/ and test/ (or val/)")
    if test is None:
        raise DatasetError(f"{root}: holds neither test/ nor val/, expected one of them beside train/")
    return train, test


def list_images(split: Path) -> dict[str, list[Path]]:
    """Return the image files of each class folder in `split`, classes and files sorted by name.

    Hidden files and files without an image's suffix (SUFFIXES) are not looked at. A class folder may hold its images
    in a folder images/, as Tiny ImageNet's do.

    Raises:
        DatasetError: fewer than two class folders, or one without images.
    """
    folders = sorted(path for path in split.iterdir() if path.is_dir() and not path.name.startswith("."))
    if len(folders) < 2:
        raise DatasetError(f"{split}: found {len(folders)} class folders, expected at least 2")
    images = {folder.name: images_in(folder) for folder in folders}
    for folder in folders:
        if not images[folder.name]:
            raise DatasetError(f"{folder}: a class folder without images (looked for {' '.join(SUFFIXES)})")
    return images


def images_in(folder: Path) -> list[Path]:
    """Return the image files of `folder`, or else of its folder images/, sorted by name."""
    for place in (folder, folder / "images"):
        if place.is_dir() and (found := sorted(path for path in place.iterdir() if _is_image(path))):
            return found
    return []


def labelled_paths(split: dict[str, list[Path]], classes: list[str], root: Path) -> list[tuple[str, int]]:
    """Return the path relative to `root` and the label (its class's place in `classes`) of each image of `split`."""
    labels = {name: label for label, name in enumerate(classes)}
    return [(path.relative_to(root).as_posix(), labels[name]) for name, paths in split.items() for path in paths]


def list_both_splits(root: Path) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """Return list_images of the train and the test split in `root`; raise DatasetError if their classes differ."""
    train_folder, test_folder = find_splits(root)
    train, test = list_images(train_folder), list_images(test_folder)
    if train.keys() != test.keys():
        one_sided = sorted(train.keys() ^ test.keys())
        where = train_folder if one_sided[0] in train else test_folder
        raise DatasetError(f"{root}: the splits differ in their classes: {one_sided[0]!r} is only in {where.name}/")
    return train, test


_EIGHT_BIT_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")


def decode(path: Path, size: int) -> np.ndarray:
    """Return the image at `path` as uint8 (size, size, 3): the shorter side resized to `size`, then the centre.

    Raises:
        DatasetError: the file cannot be read or does not decode.
    """
    image = open_image(path)
    if image.size != (size, size):
        image = ImageOps.fit(image, (size, size), Image.Resampling.BILINEAR)
    return np.asarray(image)


def open_image(path: Path) -> Image.Image:
    """Return the image at `path` in RGB, upright and of its own size: the first of an animation, without transparency.

    Raises:
        DatasetError: it does not decode, or has more than 8 bits per channel, which RGB would clip.
    """
    # Cameras store how they were held, and few programs show an image otherwise.
    return _open(path, ImageOps.exif_transpose)


def open_as_stored(path: Path) -> Image.Image:
    """Return the image at `path` as `open_image` does, but not turned upright: as torchvision's ImageFolder reads it.

    Raises:
        DatasetError: as `open_image`.
    """
    return _open(path, lambda image: image)


def _open(path: Path, turn: Callable[[Image.Image], Image.Image]) -> Image.Image:
    try:
        with Image.open(path) as file:
            mode = file.mode
            image = turn(file).convert("RGB")
    # Pillow's decoders raise SyntaxError, ValueError or EOFError for some kinds of damage.
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise DatasetError(f"{path}: does not decode as an image ({error})") from None
    if mode not in _EIGHT_BIT_MODES:
        raise DatasetError(f"{path}: found pixels of mode {mode}, expected 8 bits per channel")
    return image


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
