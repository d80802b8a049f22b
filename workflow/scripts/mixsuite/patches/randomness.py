"""One random stream per purpose, so that a draw for one purpose never shifts another's."""

import hashlib

import torch


def stream(seed: int, purpose: str) -> torch.Generator:
    """Return a CPU generator that depends on `seed` and `purpose` alone.

    Always on the CPU: the numbers drawn are the same whatever device the experiment runs on.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big"))
