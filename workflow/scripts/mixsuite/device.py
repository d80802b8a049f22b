"""Which processor a step computes on: thread counts, and a lease on one GPU that no concurrent job holds."""

from __future__ import annotations

import fcntl
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from mixsuite.checks import SettingError, check_choice, check_count

LEASE_FOLDER = Path(tempfile.gettempdir()) / f"mixsuite-leases-{os.getuid()}"
_POLL_SECONDS = 0.5


def limit_threads(threads: int) -> None:
    """Let torch compute on `threads` threads of the CPU. Raises SettingError below 1."""
    check_count("threads", threads, at_least=1)
    torch.set_num_threads(threads)


@contextmanager
def lease(name: str = "auto", folder: Path = LEASE_FOLDER) -> Iterator[torch.device]:
    """Yield the device to compute on: `cpu`, or one GPU that no other job of this user on this machine holds.

    `name` is `auto` (a GPU where there is one), `cpu` or `cuda`. Only the GPUs that CUDA_VISIBLE_DEVICES shows are
    considered; a SLURM job sees just its own. The lease is a file lock (flock), which the kernel frees when the
    holder ends, killed or not; with more jobs than GPUs the later ones wait. Each process of a training in several
    leases a GPU of its own. Two such trainings that start at once may both wait for what the other holds: show each
    other GPUs, or let Snakemake, which counts GPUs, start them.

    Raises:
        SettingError: `name` is none of the three, `cuda` where torch sees no GPU, or there are fewer GPUs than
            processes of one training on this machine (LOCAL_WORLD_SIZE, as torchrun sets it).
    """
    check_choice("device", name, ("auto", "cpu", "cuda"))
    count = torch.cuda.device_count() if name != "cpu" else 0
    if name == "cuda" and count == 0:
        raise SettingError("device: found 'cuda' where torch sees no GPU, expected auto or cpu")
    if count == 0:
        yield torch.device("cpu")
        return
    together = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if count < together:
        raise SettingError(f"device: found {count} GPUs for {together} processes, expected one for each")
    folder.mkdir(parents=True, exist_ok=True)
    keys = _visible_devices(count)
    while True:
        for index, key in enumerate(keys):
            with (folder / f"{key}.lock").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                torch.cuda.set_device(index)
                yield torch.device("cuda", index)
                return
        time.sleep(_POLL_SECONDS)


def device_name(device: torch.device) -> str:
    """Return what a result's record calls `device`: the GPU's model, or the kind of CPU."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"cpu ({platform.machine()})"


def _visible_devices(count: int) -> list[str]:
    """Return a name per visible GPU that two jobs with different CUDA_VISIBLE_DEVICES agree on."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    # A part of a GPU (MIG) has slashes in its name, which becomes a file's.
    names = [name.strip().replace("/", "-") for name in visible.split(",") if name.strip()]
    return names[:count] if len(names) >= count else [str(index) for index in range(count)]
