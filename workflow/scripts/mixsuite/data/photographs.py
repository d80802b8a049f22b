"""Real photographs in colour that packages ship, a class each: pictures to look at, too few to train on.

scikit-image (skimage/data/_fetchers.py names the rights):
    astronaut          NASA, in the public domain
    cat, chelsea.png   Stefan van der Walt, CC0
    coffee             Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0
    retina             Mikael Häggström, CC0
    rocket             SpaceX, in the public domain
scikit-learn (sklearn/datasets/images/README.txt):
    pagoda, china.jpg  flickr.com/photos/danielbuechele, CC BY 2.0
    dahlia, flower.jpg flickr.com/photos/vultilion, CC BY 2.0
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from mixsuite.checks import SettingError, check_count, check_keys
from mixsuite.data.arrays import RawDataset
from mixsuite.data.class_folders import open_image
from mixsuite.data.errors import DatasetError


class _Photograph(NamedTuple):
    package: str
    file: str
    place: float = 0.5
    """Where in the photograph's longer side the object lies, as a fraction of what a square leaves over."""


_PHOTOGRAPHS = {
    "astronaut": _Photograph("skimage", "data/astronaut.png"),
    "cat": _Photograph("skimage", "data/chelsea.png", 0.35),
    "coffee": _Photograph("skimage", "data/coffee.png", 0.55),
    "dahlia": _Photograph("sklearn", "datasets/images/flower.jpg", 0.4),
    "pagoda": _Photograph("sklearn", "datasets/images/china.jpg", 0.0),
    "retina": _Photograph("skimage", "data/retina.jpg"),
    "rocket": _Photograph("skimage", "data/rocket.jpg"),
}
# Windows of the square: side, and where it lies (down, right), as a fraction of what it leaves over.
_WINDOWS = {
    "train": ((1.0, 0.0, 0.0), (0.85, 0.0, 0.0), (0.85, 1.0, 1.0), (0.85, 0.5, 0.5)),
    "test": ((0.85, 0.0, 1.0), (0.85, 1.0, 0.0)),
}


def read(dataset: dict[str, Any], source: str | None, cache: Path) -> RawDataset:
    """Return windows of each photograph, resized to `image_size` pixels square; no window is in both splits.

    No random numbers: the same images with every version of every library. There is no `source`, and no use for
    `cache`.

    Raises:
        SettingError: an unknown or missing setting, or a source.
        DatasetError: the package of a photograph is not installed, or does not ship it.
    """
    check_keys("dataset", dataset, ("kind", "name", "image_size"))
    size = dataset["image_size"]
    check_count("dataset: image_size", size, at_least=1)
    if source is not None:
        raise SettingError(f"dataset {dataset['name']}: source: found {source!r}, expected none: packages ship them")
    squares = [_square(photograph) for photograph in _PHOTOGRAPHS.values()]
    return RawDataset(
        classes=list(_PHOTOGRAPHS),
        source=f"windows of photographs that scikit-image and scikit-learn ship, resized to {size} x {size} pixels",
        train=_split(squares, "train", size),
        test=_split(squares, "test", size),
    )


def _square(photograph: _Photograph) -> Image.Image:
    package = find_spec(photograph.package)
    if package is None or package.origin is None:
        raise DatasetError(f"{photograph.file}: its package {photograph.package} is not installed")
    image = open_image(Path(package.origin).parent / photograph.file)
    side = min(image.size)
    left, top = (round((length - side) * photograph.place) for length in image.size)
    return image.crop((left, top, left + side, top + side))


def _split(squares: list[Image.Image], split: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    windows = _WINDOWS[split]
    images = [_window(square, *window, size) for square in squares for window in windows]
    return np.stack(images), np.repeat(np.arange(len(squares), dtype=np.int64), len(windows))


def _window(square: Image.Image, side: float, down: float, right: float, size: int) -> np.ndarray:
    width = square.width * side
    left, top = ((square.width - width) * place for place in (right, down))
    box = left, top, left + width, top + width
    return np.asarray(square.resize((size, size), Image.Resampling.BILINEAR, box))
