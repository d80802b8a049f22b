"""The processes that train one network together, as torchrun starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed


@dataclass(frozen=True)
class Processes:
    """`count` processes, of which this is the one numbered `rank` (from 0)."""

    rank: int
    count: int

    def part(self, n: int) -> slice:
        """Return this process's part of `n` items.

        Parts are contiguous, in order of rank, together all items, and their sizes differ by one at most.
        """
        return self._part(self.rank, n)

    def gather(self, local: torch.Tensor, n: int) -> torch.Tensor:
        """Return all `n` items, in order of rank, of which each process gives its part, `local` (part, ...)."""
        if self.count == 1:
            return local
        # Collective operations want equal sizes.
        padded = local.new_zeros(-(-n // self.count), *local.shape[1:])
        padded[: len(local)] = local
        received = [torch.empty_like(padded) for _ in range(self.count)]
        distributed.all_gather(received, padded)
        parts = (self._part(rank, n) for rank in range(self.count))
        return torch.cat([items[: part.stop - part.start] for items, part in zip(received, parts, strict=True)])

    def total(self, values: torch.Tensor) -> torch.Tensor:
        """Return the sum of the processes' `values`, tensors of one shape; a new tensor unless there is one process."""
        if self.count == 1:
            return values
        total = values.detach().clone()
        distributed.all_reduce(total)
        return total

    def _part(self, rank: int, n: int) -> slice:
        return slice(rank * n // self.count, (rank + 1) * n // self.count)


ALONE = Processes(rank=0, count=1)


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """Yield the processes that torchrun started, able to exchange what lies on `device`; ALONE without torchrun.

    The environment tells: RANK and WORLD_SIZE, MASTER_ADDR and MASTER_PORT, as torchrun sets them on every node. After
    an error nothing is awaited, since the others may be in the midst of a step: this process is to end, and torchrun
    then ends them.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield ALONE
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    yield Processes(distributed.get_rank(), count)
    distributed.destroy_process_group()
