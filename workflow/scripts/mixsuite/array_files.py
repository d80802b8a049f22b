"""Files of several named arrays (.npz)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mixsuite.files import atomic_path


def write_arrays(path: Path | str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write `arrays` to `path` (.npz), compressed, atomically."""
    with atomic_path(path) as temporary:
        np.savez_compressed(temporary, allow_pickle=False, **arrays)
