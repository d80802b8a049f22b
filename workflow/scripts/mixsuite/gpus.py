"""Which GPUs this process is shown, without loading torch."""

from __future__ import annotations

import os
import re
from itertools import takewhile


def shown_gpus() -> list[str] | None:
    """Return the GPUs that CUDA_VISIBLE_DEVICES shows, by the names that it gives them; None where it is not set.

    CUDA's own reading: names are numbers, or begin with GPU- or MIG-, and the first that is neither (-1, or SLURM's
    NoDevFiles) hides all that follow.
    """
    text = os.environ.get("CUDA_VISIBLE_DEVICES")
    if text is None:
        return None
    names = (name.strip() for name in text.split(","))
    return list(takewhile(lambda name: re.fullmatch(r"\d+|(GPU|MIG)-.+", name), names))
