"""One random stream per purpose and epoch, derived from the run's seed.

A draw for one purpose never shifts another's. And since every epoch has streams of its own, a training that goes on
after epoch e needs no generator's state from before: e says it all.
"""

from __future__ import annotations

import hashlib

import torch


def derived_seed(seed: int, purpose: str, epoch: int = 0) -> int:
    """Return a seed that depends on these three alone."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}/{epoch}".encode()).digest()[:8], "big")


def stream(seed: int, purpose: str, epoch: int, device: torch.device) -> torch.Generator:
    """Return the generator for `purpose` during `epoch`, on `device`."""
    return torch.Generator(device).manual_seed(derived_seed(seed, purpose, epoch))
