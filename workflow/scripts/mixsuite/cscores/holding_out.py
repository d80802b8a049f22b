"""Which images each training of an estimate holds out: random subsets that leave out all images about equally often."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from mixsuite.checks import SettingError
from mixsuite.randomness import stream


def subset_size(n_images: int, ratio: float) -> int:
    """Return how many of `n_images` a training with the subset `ratio` gets, at least one and not all.

    Raises:
        SettingError: none or all of them.
    """
    size = round(ratio * n_images)
    if not 0 < size < n_images:
        raise SettingError(f"ratios: found {ratio}, which is {size} of {n_images} images, expected some and not all")
    return size


def count_trainings(n_images: int, ratios: Sequence[float], repeats: int) -> int:
    """Return how many trainings hold out every one of `n_images` at least `repeats` times with each of `ratios`."""
    return repeats * sum(math.ceil(n_images / (n_images - subset_size(n_images, ratio))) for ratio in ratios)


def training_subsets(n_images: int, ratio: float, repeats: int, seed: int) -> Iterator[np.ndarray]:
    """Yield the rising indices of each training's images, int64 (n,).

    Each training's held-out images are a uniform draw of their number. Within each of `repeats` they are consecutive
    stretches of one random order of the images, of which the last goes on at the beginning: each image is held out
    once or twice, where independent draws (Jiang et al. 2021) may never do so.
    """
    held_out = n_images - subset_size(n_images, ratio)
    for repeat in range(repeats):
        order = torch.randperm(n_images, generator=stream(seed, "subsets", str(ratio), repeat)).numpy()
        for start in range(0, n_images, held_out):
            left_out = order[np.arange(start, start + held_out) % n_images]
            yield np.setdiff1d(np.arange(n_images), left_out)
