"""Random streams of numpy, for steps that do without torch and its seconds of import."""

from __future__ import annotations

import numpy as np

from mixsuite.files import digest


def numpy_stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return the generator for a `purpose`, which may have parts; it depends on these and on `seed` alone."""
    return np.random.default_rng(int(digest([seed, *purpose]), 16))
