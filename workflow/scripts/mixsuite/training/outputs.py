"""The files of a finished training: the weights, a row per epoch, and what was trained with which result."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from mixsuite.device import device_name
from mixsuite.files import atomic_path, write_csv
from mixsuite.records import write_record
from mixsuite.training.checkpoint import History
from mixsuite.training.task import Task

_METRICS = ("train_loss", "test_loss", "top1_error", "top5_error", "top1_error_even", "top1_error_odd")


def write_model(path: Path, task: Task) -> None:
    """Write the weights and buffers of the network, those of the last epoch, to `path` (safetensors)."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in task.model.state_dict().items()}
    with atomic_path(path) as temporary:
        save_file(tensors, temporary)


def write_history(path: Path, history: History) -> None:
    """Write `history` to `path` (CSV), a row per epoch."""
    write_csv(path, list(history[0]), history)


def peak_memory(task: Task) -> dict[str, Any]:
    """Return the most memory that this training has held until now: `bytes`, and `of` what.

    That is the GPU's (`gpu`) or, without one, a process's (`process_without_workers`): those that decode large images
    are not counted. All processes of `task` must ask; they get the largest of theirs.
    """
    if task.device.type == "cuda":
        what, used = "gpu", torch.cuda.max_memory_allocated(task.device)
    else:
        # Kilobytes everywhere but on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        what, used = "process_without_workers", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    all_used = task.processes.gather(torch.tensor([used], device=task.device), task.processes.count)
    return {"of": what, "bytes": int(all_used.max())}


def write_run(
    path: Path,
    task: Task,
    history: History,
    memory: dict[str, Any],
    dataset_sha256: str,
    code: str,
    outputs: Iterable[Path] = (),
) -> None:
    """Write run.json: specification, results of the best and the last epoch, cost, and what it was made of.

    The best epoch is the first with the lowest top-1 error on the test split, as the papers select it; the saved
    weights are those of the last epoch. `memory` (see peak_memory) is taken over as it is; for `code` and `outputs` see
    mixsuite.records.write_record.
    """
    seconds = sum(row["seconds"] for row in history)
    training_seconds = sum(len(task.train) / row["images_per_second"] for row in history)
    content = {
        "specification": task.run,
        **({"genotype": task.genotype} if task.genotype else {}),
        "n_parameters": sum(parameter.numel() for parameter in task.model.parameters()),
        "best": _metrics(min(history, key=lambda row: row["top1_error"])),
        "last": _metrics(history[-1]),
        "saved_weights": "last",
        "seconds": seconds,
        "images_per_second": len(task.train) * len(history) / training_seconds,
        "peak_memory": memory,
        "device": device_name(task.device),
        "threads": torch.get_num_threads(),
        "processes": task.processes.count,
        "precision": task.run["schedule"]["precision"],
        "compiled": task.compiled,
        "dataset": {"n_train": len(task.train), "n_test": len(task.test), "sha256": dataset_sha256},
    }
    write_record(path, content, code, outputs)


def _metrics(row: dict[str, float]) -> dict[str, float]:
    return {"epoch": row["epoch"], **{name: row[name] for name in _METRICS}}
