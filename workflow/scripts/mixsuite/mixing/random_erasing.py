"""Random Erasing (Zhong et al. 2020): a rectangle of some images is erased, their targets stay."""

from __future__ import annotations

import math
from typing import Any

import torch

from mixsuite.checks import SettingError, check_choice, check_fraction, check_list, check_positive
from mixsuite.mixing.boxes import Boxes, innermost_box
from mixsuite.mixing.mix import Mix

ATTEMPTS = 10
FILLS = ("mean", "noise")


def build(*, probability: float, area: list[float], aspect_ratio: list[float], fill: str) -> Mix:
    """Return the mix of torchvision's RandomErasing(probability, scale=area, ratio=aspect_ratio), image by image.

    With `probability` an image loses a rectangle: its area, a fraction of the image's, is uniform between the two of
    `area`, the ratio of its height to its width log-uniform between the two of `aspect_ratio`, both sides rounded to
    pixels, and its place uniform among those where all of it is inside. A rectangle as high or as wide as the image is
    drawn anew, up to ATTEMPTS times in all; then the image stays as it is. `fill` is "mean", the mean colour, which is
    zero because images come normalised (torchvision's value=0 after Normalize), or "noise", N(0, 1) per value
    (value="random").

    Raises:
        SettingError: probability outside 0 to 1, area no rising pair of fractions, aspect_ratio no rising pair of
            numbers above 0, another fill.
    """
    check_fraction("probability", probability)
    _check_pair("area", area, check_fraction)
    _check_pair("aspect_ratio", aspect_ratio, check_positive)
    check_choice("fill", fill, FILLS)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch_size, _, height, width = images.shape
        erased = innermost_box(rectangles(area, aspect_ratio, height, width, batch_size, generator), height, width) > 0
        coins = torch.rand(batch_size, generator=generator, device=generator.device)
        erased &= (coins < probability)[:, None, None]
        if fill == "mean":
            return images.masked_fill(erased[:, None], 0.0), targets
        noise = torch.randn(images.shape, generator=generator, device=images.device, dtype=images.dtype)
        return torch.where(erased[:, None], noise, images), targets

    return mix


def rectangles(
    area: list[float], aspect_ratio: list[float], height: int, width: int, batch_size: int, generator: torch.Generator
) -> Boxes:
    """Return one rectangle per sample, all of it inside the image; it is empty where every attempt was too large.

    One tensor of uniform numbers (4, ATTEMPTS, batch_size), float64, is drawn: for area, ratio, row and column.
    """
    options = {"generator": generator, "device": generator.device, "dtype": torch.float64}
    for_area, for_ratio, *for_place = torch.rand(4, ATTEMPTS, batch_size, **options)
    pixels = height * width * (area[0] + (area[1] - area[0]) * for_area)
    low, high = (math.log(value) for value in aspect_ratio)
    ratio = (low + (high - low) * for_ratio).exp()
    sides = torch.stack([(pixels * ratio).sqrt().round(), (pixels / ratio).sqrt().round()])
    whole = torch.stack([torch.full_like(pixels, height), torch.full_like(pixels, width)])
    fits = (sides < whole).all(dim=0)
    # The first attempt that fits; where none does, argmax points to one that does not, which is emptied.
    first = fits.int().argmax(dim=0).expand(2, 1, batch_size)
    side = sides.gather(1, first)[:, 0] * fits.any(dim=0)
    place = torch.stack(for_place).gather(1, first)[:, 0]
    start = (place * (whole[:, 0] - side + 1)).floor()
    return Boxes(start.int()[None], (start + side).int()[None])


def _check_pair(name: str, pair: Any, check: Any) -> None:
    check_list(name, pair, of="two rising numbers")
    for value in pair:
        check(name, value)
    if len(pair) != 2 or pair[0] > pair[1]:
        raise SettingError(f"{name}: found {pair!r}, expected two rising numbers")
