"""Settings of torch under which equal trainings give equal weights, put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mixsuite.randomness import derived_seed


@contextmanager
def seeded_network(seed: int, epoch: int, rank: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators, from which dropout and its kin draw; afterwards they are as they were.

    The draws follow a run's `seed`, the `epoch` and the `rank` of the process: each drops units of its own images.
    """
    purpose = ("network", epoch, rank) if rank else ("network", epoch)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(derived_seed(seed, *purpose))
        yield


@contextmanager
def reproducible(device: torch.device) -> Iterator[None]:
    """Let torch use none but deterministic algorithms on a CPU.

    A GPU's deterministic algorithms cost speed, and some operations have none.
    """
    # torch.use_deterministic_algorithms does the same, but imports the compiler for it, which takes a second.
    before, filled = torch.get_deterministic_debug_mode(), torch.utils.deterministic.fill_uninitialized_memory
    torch.set_deterministic_debug_mode("error" if device.type == "cpu" else before)
    torch.utils.deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.set_deterministic_debug_mode(before)
        torch.utils.deterministic.fill_uninitialized_memory = filled
