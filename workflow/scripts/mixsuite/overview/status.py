"""How far the long steps are that run, and where those stand that were interrupted."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixsuite.liveness import lives

_SILENT_SECONDS = 120.0
_SILENT_PARTS = 3


@dataclass(frozen=True)
class RunStatus:
    """An unfinished run, as its progress.json tells: `done` of `total` parts such as epochs, and a note on the last.

    `state` is `running`; `stopped`, where its process has ended; or `silent`, where it ran on another machine and has
    told nothing for several parts.
    """

    identity: str
    label: str
    state: str
    part: str
    done: int
    total: int
    note: str
    seconds_left: float | None
    seconds_since: float
    """Since it last told."""
    host: str | None
    pid: int | None
    job: str | None
    """Its SLURM job."""


def read_status(
    states: Path, labels: Mapping[str, str], finished: Collection[str], now: float
) -> tuple[list[RunStatus], list[str]]:
    """Return the unfinished runs below `states`, running ones first, and the files that cannot be read.

    `labels` says by identity what the runs are, `finished` which have their results, and `now` is time.time().
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


def _status(name: str, label: str, told: dict[str, Any], now: float) -> RunStatus:
    told = _of_training(told) if "epoch" in told else told
    # A clock that was set back must not make a run look older than new.
    since = max(0.0, now - told["written"])
    process, left = told["process"], told["eta"]
    state = _state(lives(process), since, told)
    if left is not None and state == "running":
        left = max(0.0, left - since)
    return RunStatus(
        identity=name,
        label=label or "of another configuration",
        state=state,
        part=told["part"],
        done=told["done"],
        total=told["total"],
        note=told["note"],
        seconds_left=left,
        seconds_since=since,
        host=process["host"],
        pid=process["pid"],
        job=process["job"],
    )


def _state(alive: bool | None, since: float, told: dict[str, Any]) -> str:
    if alive is not None:
        return "running" if alive else "stopped"
    remaining = told["total"] - told["done"]
    # Before its first part ends, nobody knows how long one takes.
    part_seconds = told["eta"] / remaining if told["eta"] is not None and remaining else 3600.0
    return "running" if since < max(_SILENT_SECONDS, _SILENT_PARTS * part_seconds) else "silent"


def _of_training(told: dict[str, Any]) -> dict[str, Any]:
    # Of mixsuite.training.progress; all others are of mixsuite.told_progress.
    results = [] if told["loss"] is None else [f"loss {told['loss']:.4f}"]
    results += [] if told["top1_error"] is None else [f"top-1 error {told['top1_error']:.2f} %"]
    return {**told, "part": "epoch", "done": told["epoch"], "total": told["epochs"], "note": ", ".join(results)}
