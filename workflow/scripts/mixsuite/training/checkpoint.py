"""The state of a training at the end of an epoch, in one file that is written whole or not at all.

It holds the weights and buffers, the momentum, the history, and what the training is: a checkpoint of another
run, of other code or of other data is never used. No generator's state: every epoch has streams of its own
(`mixsuite.randomness`), and so the number of finished epochs says it all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mixsuite.files import digest
from mixsuite.processes import Processes
from mixsuite.training.sgd import SGD
from mixsuite.training.state_file import History, restore_state, save_state


class CheckpointError(ValueError):
    """The processes of one training do not see the same checkpoint."""


def checkpoint_identity(run: dict[str, Any], code: str, dataset_sha256: str, device: torch.device) -> dict[str, str]:
    """Return what two trainings must share for one to go on where the other stopped.

    The kind of device and torch's version are part of it, because generators draw other numbers with another. The
    numbers of threads and processes are not: what is drawn does not depend on them, only rounding does.
    """
    computed = {"device": device.type, "torch version": str(torch.__version__)}
    return {"run": digest(run), "code": code, "dataset": dataset_sha256, **computed}


def save_checkpoint(path: Path, model: nn.Module, optimizer: SGD, identity: dict[str, str], history: History) -> None:
    """Write the state after `len(history)` epochs of the training that `identity` names to `path`."""
    save_state(path, _state(model, optimizer), identity, history)


def restore_checkpoint(
    path: Path, model: nn.Module, optimizer: SGD, identity: dict[str, str], say: Callable[[str], None]
) -> History:
    """Put the state in `path` into `model` and `optimizer` and return its history, which tells the finished epochs.

    Without a usable checkpoint both stay as they are, the history is empty, and unless there is no file, `say` is told
    why: it is damaged, or that of another training.
    """
    return restore_state(path, _state(model, optimizer), identity, say)


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
