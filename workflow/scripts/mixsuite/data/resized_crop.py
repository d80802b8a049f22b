"""Views of a large image: random resized crops to train on, and the resized centre to test on.

The laws are those of torchvision's RandomResizedCrop, RandomHorizontalFlip, Resize and CenterCrop on Pillow images
(torchvision/transforms/transforms.py of pytorch/vision), to the pixel and to the draw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from mixsuite.checks import SettingError, check_count, check_list, check_positive

_ATTEMPTS = 10


@dataclass(frozen=True)
class ResizedCrop:
    """Settings: views are `size` pixels square.

    To train, a crop has a fraction of the image's area within `scale` and a ratio of width to height within `ratio`.
    To test, the shorter side becomes `resize` pixels before the centre is cut out.

    Raises:
        SettingError: a setting is out of range.
    """

    size: int
    resize: int
    scale: tuple[float, float]
    ratio: tuple[float, float]

    def __post_init__(self) -> None:
        check_count("resized_crop: size", self.size, at_least=1)
        check_count("resized_crop: resize", self.resize, at_least=self.size)
        for name in ("scale", "ratio"):
            bounds = getattr(self, name)
            check_list(f"resized_crop: {name}", bounds, of="two numbers")
            if len(bounds) != 2:
                raise SettingError(f"resized_crop: {name}: found {bounds!r}, expected two numbers")
            for bound in bounds:
                check_positive(f"resized_crop: {name}", bound)
            if bounds[0] > bounds[1]:
                raise SettingError(f"resized_crop: {name}: found {bounds!r}, expected the smaller number first")
        if self.scale[1] > 1:
            raise SettingError(f"resized_crop: scale: found {self.scale!r}, expected fractions of an area, at most 1")


def random_view(image: Image.Image, crop: ResizedCrop, flip: bool, generator: torch.Generator) -> np.ndarray:
    """Return a random crop of `image` (RGB), uint8 (size, size, 3); with `flip`, half are mirrored.

    `generator` (CPU) is all that it depends on besides.
    """
    box = random_box(*image.size, crop, generator)
    view = np.asarray(image.crop(box).resize((crop.size, crop.size), Image.Resampling.BILINEAR))
    mirrored = flip and torch.rand(1, generator=generator).item() < 0.5
    return view[:, ::-1] if mirrored else view


def central_view(image: Image.Image, crop: ResizedCrop) -> np.ndarray:
    """Return the centre of `image` (RGB) with its shorter side resized, uint8 (size, size, 3)."""
    shorter = min(image.size)
    # The other side is rounded down, and the offset to the nearest even number, as torchvision does.
    resized = tuple(crop.resize * side // shorter for side in image.size)
    if resized != image.size:
        image = image.resize(resized, Image.Resampling.BILINEAR)
    left, top = (round((side - crop.size) / 2) for side in resized)
    return np.asarray(image.crop((left, top, left + crop.size, top + crop.size)))


def random_box(width: int, height: int, crop: ResizedCrop, generator: torch.Generator) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom edge of a random crop of an image of `width` x `height` pixels.

    Area and logarithm of the ratio are uniform; what does not fit is drawn anew, and after 10 attempts the largest
    centre whose ratio is within bounds is taken.
    """
    low, high = torch.tensor(crop.ratio).log().tolist()
    for _ in range(_ATTEMPTS):
        area = width * height * _uniform(*crop.scale, generator).item()
        ratio = _uniform(low, high, generator).exp().item()
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            top, left = (_below(1 + free, generator) for free in (height - h, width - w))
            return left, top, left + w, top + h
    w = min(width, round(height * crop.ratio[1]))
    h = min(height, round(width / crop.ratio[0]))
    left, top = (width - w) // 2, (height - h) // 2
    return left, top, left + w, top + h


def _uniform(low: float, high: float, generator: torch.Generator) -> torch.Tensor:
    return torch.empty(1).uniform_(low, high, generator=generator)


def _below(end: int, generator: torch.Generator) -> int:
    return int(torch.randint(end, (1,), generator=generator))
