"""The state of a training at the end of an epoch, in one file that is written whole or not at all.

It holds the weights and buffers, the momentum, the history, and what the training is: a checkpoint of another
run, of other code or of other data is never used. No generator's state: every epoch has streams of its own
(`mixsuite.randomness`), and so the number of finished epochs says it all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from mixsuite.files import atomic_path, canonical_json, digest
from mixsuite.processes import Processes
from mixsuite.training.sgd import SGD


class CheckpointError(ValueError):
    """The processes of one training do not see the same checkpoint."""


History = list[dict[str, float]]
"""A row per finished epoch; the columns are those of history.csv."""


def checkpoint_identity(run: dict[str, Any], code: str, dataset_sha256: str, device: torch.device) -> dict[str, str]:
    """Return what two trainings must share for one to go on where the other stopped.

    The kind of device and torch's version are part of it, because generators draw other numbers with another. The
    numbers of threads and processes are not: what is drawn does not depend on them, only rounding does.
    """
    computed = {"device": device.type, "torch version": str(torch.__version__)}
    return {"run": digest(run), "code": code, "dataset": dataset_sha256, **computed}


def save_checkpoint(path: Path, model: nn.Module, optimizer: SGD, identity: dict[str, str], history: History) -> None:
    """Write the state after `len(history)` epochs of the training that `identity` names to `path`."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in _state(model, optimizer).items()}
    record = {"identity": identity, "history": history}
    metadata = {"record": canonical_json(record), "checksum": _checksum(record, tensors)}
    with atomic_path(path) as temporary:
        save_file(tensors, temporary, metadata)


def restore_checkpoint(
    path: Path, model: nn.Module, optimizer: SGD, identity: dict[str, str], say: Callable[[str], None]
) -> History:
    """Put the state in `path` into `model` and `optimizer` and return its history, which tells the finished epochs.

    Without a usable checkpoint both stay as they are, the history is empty, and unless there is no file, `say` is told
    why: it is damaged, or that of another training.
    """
    if not path.exists():
        return []
    try:
        record, tensors = _read(path)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        say(f"{path} is damaged ({error}); starting over")
        return []
    state = _state(model, optimizer)
    others = [what for what, value in identity.items() if record["identity"].get(what) != value]
    if _shapes(tensors) != _shapes(state):
        others.append("network")
    if others:
        say(f"{path} belongs to another {others[0]}; starting over")
        return []
    for name, tensor in state.items():
        tensor.copy_(tensors[name])
    return record["history"]


def check_same_history(history: History, path: Path, processes: Processes, device: torch.device) -> None:
    """Raise CheckpointError unless all `processes`, which compute on `device`, have restored equally many epochs."""
    epochs = processes.gather(torch.tensor([len(history)], device=device), processes.count).tolist()
    if len(set(epochs)) > 1:
        raise CheckpointError(
            f"{path}: the processes find checkpoints of {epochs} epochs, expected the same one: "
            "the folder must be one that every node sees"
        )


def _state(model: nn.Module, optimizer: SGD) -> dict[str, torch.Tensor]:
    # The tensors themselves: what is copied into them is in the model and in the optimiser.
    state = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    return state | {f"velocity.{index}": tensor for index, tensor in enumerate(optimizer.velocities)}


def _read(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping, though it has keys)
    record = json.loads(metadata["record"])
    if _checksum(record, tensors) != metadata["checksum"]:
        raise ValueError("its checksum differs")
    return record, tensors


def _checksum(record: dict[str, Any], tensors: dict[str, torch.Tensor]) -> str:
    content = hashlib.sha256(canonical_json(record).encode())
    for name, tensor in sorted(tensors.items()):
        content.update(f"{name}{tensor.dtype}{tuple(tensor.shape)}".encode())
        content.update(tensor.view(-1).view(torch.uint8).numpy())
    return content.hexdigest()


def _shapes(tensors: dict[str, torch.Tensor]) -> dict[str, tuple[torch.dtype, torch.Size]]:
    return {name: (tensor.dtype, tensor.shape) for name, tensor in tensors.items()}
