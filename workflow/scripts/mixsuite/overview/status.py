"""How far the trainings are that run, and where those stand that were interrupted."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixsuite.liveness import lives

_SILENT_SECONDS = 120.0
_SILENT_EPOCHS = 3


@dataclass(frozen=True)
class TrainingStatus:
    """An unfinished training, as its progress.json tells.

    `state` is `running`; `stopped`, where its process has ended; or `silent`, where it ran on another machine and has
    told nothing for several epochs.
    """

    identity: str
    label: str
    state: str
    epoch: int
    epochs: int
    loss: float | None
    top1_error: float | None
    seconds_left: float | None
    seconds_since: float
    """Since it last told."""
    host: str | None
    pid: int | None
    job: str | None
    """Its SLURM job."""


def read_status(
    states: Path, labels: Mapping[str, str], finished: Collection[str], now: float
) -> tuple[list[TrainingStatus], list[str]]:
    """Return the unfinished trainings below `states`, running ones first, and the files that cannot be read.

    `labels` says by identity what the trainings are, `finished` which have their results, and `now` is time.time().
    """
    found, unreadable = [], []
    for path in sorted(states.glob("*/progress.json")):
        name = path.parent.name
        if name in finished:
            continue
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            status = None if told["status"] == "done" else _status(name, labels.get(name, ""), told, now)
        except (OSError, ValueError, KeyError, TypeError):
            unreadable.append(str(path))
            continue
        if status:
            found.append(status)
    order = ("running", "silent", "stopped")
    return sorted(found, key=lambda status: (order.index(status.state), status.identity)), unreadable


def _status(name: str, label: str, told: dict[str, Any], now: float) -> TrainingStatus:
    # A clock that was set back must not make a training look older than new.
    since = max(0.0, now - told["written"])
    process, left = told["process"], told["eta"]
    state = _state(lives(process), since, told)
    if left is not None and state == "running":
        left = max(0.0, left - since)
    return TrainingStatus(
        identity=name,
        label=label or "of another configuration",
        state=state,
        epoch=told["epoch"],
        epochs=told["epochs"],
        loss=told["loss"],
        top1_error=told["top1_error"],
        seconds_left=left,
        seconds_since=since,
        host=process["host"],
        pid=process["pid"],
        job=process["job"],
    )


def _state(alive: bool | None, since: float, told: dict[str, Any]) -> str:
    if alive is not None:
        return "running" if alive else "stopped"
    remaining = told["epochs"] - told["epoch"]
    # Before its first epoch ends, nobody knows how long one takes.
    epoch_seconds = told["eta"] / remaining if told["eta"] is not None and remaining else 3600.0
    return "running" if since < max(_SILENT_SECONDS, _SILENT_EPOCHS * epoch_seconds) else "silent"
