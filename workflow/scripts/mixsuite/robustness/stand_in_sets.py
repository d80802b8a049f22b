"""What stands in for ImageNet-A and ImageNet-O beside a dataset of small images, made of data at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mixsuite.checks import SettingError, check_choice, check_count, check_keys, check_not_negative
from mixsuite.data import photographs
from mixsuite.data.arrays import FILES, ImageArrays, write_split
from mixsuite.data.replacement import replaced_folder
from mixsuite.records import write_record

_LARGEST = 255
_VIEW = 256
_LARGEST_PATCH = 128


def write_stand_in_set(destination: Path, settings: Any, test: ImageArrays, dataset_sha256: str, code: str) -> int:
    """Write the set that `settings` describe, made beside the `test` images, to `destination`; return how many.

    {"kind": "rotated_noisy", "angle": degrees, "noise": standard deviation, of pixels in [0, 1], "seed": ...}
    {"kind": "photograph_patches", "one_per": test images, "seed": ...}

    It is one split of prepared arrays, whose classes are those of `test`. Its dataset.json is its record; `code` is the
    fingerprint of the code that makes it.

    Raises:
        SettingError: an unknown kind; a setting that is missing, unknown or out of range.
        DatasetError: `destination` holds something else; a photograph's package is not installed.
    """
    if not isinstance(settings, dict):
        raise SettingError(f"set: found {settings!r}, expected its settings")
    check_choice("set: kind", settings.get("kind"), _MAKERS)
    images, labels, source = _MAKERS[settings["kind"]](settings, test)
    description = {key: test.description[key] for key in ("classes", "mean", "std")}
    specification = {"set": settings, "dataset": test.description["dataset"]}
    description |= {"source": source, "specification": specification, "dataset": {"sha256": dataset_sha256}}
    with replaced_folder(destination, FILES) as folder:
        sha256 = write_split(folder, images, labels, description)
        whole = {**description, "n": len(labels), "sha256": sha256}
        write_record(folder / "dataset.json", whole, code, [folder / "images.npy", folder / "labels.npy"])
    return len(labels)


def rotated_noisy(settings: dict[str, Any], test: ImageArrays) -> tuple[np.ndarray, np.ndarray, str]:
    """Return the test images, each turned by `angle` degrees one way or the other, with Gaussian noise added."""
    check_keys("set", settings, ("kind", "angle", "noise", "seed"))
    for key in ("angle", "noise"):
        check_not_negative(f"set: {key}", settings[key])
    check_count("set: seed", settings["seed"], at_least=0)
    rng = np.random.default_rng(settings["seed"])
    angles = settings["angle"] * rng.choice([-1, 1], len(test.images))
    turned = np.stack([_turned(image, angle) for image, angle in zip(test.images, angles, strict=True)])
    noisy = turned + rng.normal(0, settings["noise"] * _LARGEST, turned.shape)
    images = np.rint(noisy.clip(0, _LARGEST)).astype(np.uint8)
    source = f"{test.description['source']}: test images turned by {settings['angle']}° either way, with noise"
    return images, np.array(test.labels), source


def photograph_patches(settings: dict[str, Any], test: ImageArrays) -> tuple[np.ndarray, np.ndarray, str]:
    """Return square patches of photographs, of the shape of the test images, one for every `one_per` of these.

    Their labels are 0 and mean nothing: they are of none of the classes.
    """
    check_keys("set", settings, ("kind", "one_per", "seed"))
    check_count("set: one_per", settings["one_per"], at_least=1)
    check_count("set: seed", settings["seed"], at_least=0)
    _, size, _, channels = test.images.shape
    count = max(1, len(test.images) // settings["one_per"])
    kind = {"kind": "photographs", "name": "photographs", "image_size": _VIEW}
    views = [Image.fromarray(view) for view in photographs.read(kind, None, Path()).train[0]]
    rng = np.random.default_rng(settings["seed"])
    images = np.stack([_patch(views[rng.integers(len(views))], size, channels, rng) for _ in range(count)])
    source = f"patches of photographs that scikit-image and scikit-learn ship, {size} x {size} pixels"
    return images, np.zeros(count, np.int64), source


_MAKERS: dict[str, Callable[[dict[str, Any], ImageArrays], tuple[np.ndarray, np.ndarray, str]]] = {
    "rotated_noisy": rotated_noisy,
    "photograph_patches": photograph_patches,
}


def _turned(image: np.ndarray, angle: float) -> np.ndarray:
    grey = image.shape[-1] == 1
    picture = Image.fromarray(image[..., 0] if grey else image)
    return np.asarray(picture.rotate(angle, Image.Resampling.BILINEAR)).reshape(image.shape)


def _patch(view: Image.Image, size: int, channels: int, rng: np.random.Generator) -> np.ndarray:
    side = int(rng.integers(min(size, _LARGEST_PATCH), _LARGEST_PATCH + 1))
    left, top = (int(rng.integers(length - side + 1)) for length in view.size)
    patch = view.crop((left, top, left + side, top + side)).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(patch.convert("L" if channels == 1 else "RGB")).reshape(size, size, channels)
