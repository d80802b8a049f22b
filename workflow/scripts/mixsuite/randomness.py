"""One random stream per purpose, derived from a run's seed, so that a draw for one purpose never shifts another's."""

from __future__ import annotations

import hashlib

import torch

CPU = torch.device("cpu")


def derived_seed(seed: int, *purpose: str | int) -> int:
    """Return a seed that depends on these alone; `purpose` may have parts, such as a name and an epoch."""
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def stream(seed: int, *purpose: str | int, device: torch.device = CPU) -> torch.Generator:
    """Return the generator on `device` for a `purpose`; the same stream has other numbers on another kind of device."""
    return torch.Generator(device).manual_seed(derived_seed(seed, *purpose))
