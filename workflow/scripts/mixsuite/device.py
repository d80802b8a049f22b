"""Which processor a step computes on: thread counts, and a lease on one GPU that no concurrent job holds."""

from __future__ import annotations

import fcntl
import itertools
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from mixsuite.checks import SettingError, check_choice, check_count
from mixsuite.gpus import shown_gpus

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
    considered; a SLURM job sees just its own. The lease is a file lock (flock) named by the GPU itself and not by its
    number, which is 0 in each of two SLURM jobs with a GPU each. The kernel frees it when the holder ends, killed or
    not (and its workers, which follow in seconds); with more jobs than GPUs the later ones wait. Each process of a
    training in several leases a GPU of its own. Two such trainings that start at once may both wait for what the other
    holds: show each other GPUs, or let Snakemake, which counts GPUs, start them.

    Raises:
        SettingError: `name` is none of the three, `cuda` where torch sees no GPU, or there are fewer GPUs than
            processes of one training on this machine (LOCAL_WORLD_SIZE, as torchrun sets it).
    """
    check_choice("device", name, ("auto", "cpu", "cuda"))
    count = torch.cuda.device_count() if name != "cpu" else 0
    if name == "cuda" and count == 0:
        raise SettingError("device: found 'cuda' where torch sees no GPU, expected auto or cpu")
    if count == 0:
        if name == "auto" and shown_gpus():
            _say(f"CUDA_VISIBLE_DEVICES shows {', '.join(shown_gpus())} where torch sees no GPU: computing on the CPU")
        yield torch.device("cpu")
        return
    together = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if count < together:
        raise SettingError(f"device: found {count} GPUs for {together} processes, expected one for each")
    folder.mkdir(parents=True, exist_ok=True)
    keys = [_gpu_key(index) for index in range(count)]
    for waited in itertools.count():
        for index, key in enumerate(keys):
            with (folder / f"{key}.lock").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                torch.cuda.set_device(index)
                yield torch.device("cuda", index)
                return
        if not waited:
            _say(f"waiting for a GPU: other jobs hold all {count} that this one is shown")
        time.sleep(_POLL_SECONDS)


def device_name(device: torch.device) -> str:
    """Return what a result's record calls `device`: the GPU's model, or the kind of CPU."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"cpu ({platform.machine()})"


def _gpu_key(index: int) -> str:
    """Return a name of the GPU that torch calls `index`, the same in all jobs, whatever number it has there."""
    shown = shown_gpus() or []
    # Parts of one GPU (MIG) have names of their own, some of them with slashes.
    if index < len(shown) and shown[index].startswith("MIG-"):
        return shown[index].replace("/", "-")
    return str(torch.cuda.get_device_properties(index).uuid)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
