"""The state of a computation that goes on after a kill, in one file that is written whole or not at all.

It holds tensors by name, a history, and what they belong to: the state of another run, of other code or of other data
is never used.
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

from mixsuite.files import atomic_path, canonical_json

History = list[dict[str, float]]
"""A row per finished epoch; the columns are those of history.csv."""


def save_state(path: Path, state: dict[str, torch.Tensor], identity: dict[str, str], history: History) -> None:
    """Write `state`, the tensors after `len(history)` epochs of what `identity` names, to `path`."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    record = {"identity": identity, "history": history}
    metadata = {"record": canonical_json(record), "checksum": _checksum(record, tensors)}
    with atomic_path(path) as temporary:
        save_file(tensors, temporary, metadata)


def restore_state(
    path: Path, state: dict[str, torch.Tensor], identity: dict[str, str], say: Callable[[str], None]
) -> History:
    """Copy what `path` holds into the tensors of `state` and return its history, which tells the finished epochs.

    Without a usable file they stay as they are, the history is empty, and unless there is no file, `say` is told why:
    it is damaged, or that of something else.
    """
    if not path.exists():
        return []
    try:
        record, tensors = _read(path)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        say(f"{path} is damaged ({error}); starting over")
        return []
    others = [what for what, value in identity.items() if record["identity"].get(what) != value]
    if _shapes(tensors) != _shapes(state):
        others.append("network")
    if others:
        say(f"{path} belongs to another {others[0]}; starting over")
        return []
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(tensors[name])
    return record["history"]


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
