"""Mean and standard deviation per channel, exactly, from counts of the 256 pixel values."""

from __future__ import annotations

import numpy as np


def channel_statistics(images: np.ndarray) -> tuple[list[float], list[float]]:
    """Return mean and standard deviation (over all pixels, ddof 0) per channel, of pixels scaled to [0, 1].

    `images` is uint8 (N, H, W, C). Counting takes no copy of the images in floating point.
    """
    values = np.arange(256) / 255
    means, deviations = [], []
    for channel in range(images.shape[-1]):
        weights = np.bincount(images[..., channel].ravel(), minlength=256) / images[..., channel].size
        mean = float(weights @ values)
        means.append(mean)
        deviations.append(float(np.sqrt(weights @ (values - mean) ** 2)))
    return means, deviations
