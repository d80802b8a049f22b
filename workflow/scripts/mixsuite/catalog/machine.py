"""What the rules need to know of the machine that runs Snakemake, without loading torch."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mixsuite.gpus import shown_gpus


def put_interpreter_first() -> None:
    """Make `python` in a rule the interpreter that runs Snakemake, also where its environment was never activated.

    Conda's activation, where a rule has one, goes before it.
    """
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def has_gpu() -> bool:
    """Return whether NVIDIA devices are here and CUDA_VISIBLE_DEVICES does not hide them all."""
    return any(Path("/dev").glob("nvidia[0-9]*")) and shown_gpus() != []
