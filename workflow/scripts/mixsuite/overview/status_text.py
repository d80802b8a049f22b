"""The status of trainings, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mixsuite.overview.status import TrainingStatus
from mixsuite.overview.text import columns, counted, duration


def status_text(
    scale: str, trainings: Sequence[TrainingStatus], unreadable: Sequence[str], counts: Mapping[str, int]
) -> str:
    """Return what is said of `trainings` at `scale`; `counts` has how many are `done` of `all`."""
    states = Counter(training.state for training in trainings)
    told = ", ".join(f"{number} {state}" for state, number in states.items()) or "none running"
    done = f"{counts['done']} of {counted(counts['all'], 'training')} done"
    parts = [f"Scale {scale}: {done}; {told}"]
    if trainings:
        heading = ("run", "state", "epoch", "loss", "top-1 error", "time left", "where", "training")
        parts += ["", columns(heading, [_row(training) for training in trainings], right=(2, 3, 4, 5))]
    if states["silent"]:
        parts += ["", "Silent trainings ran on another machine and have told nothing for several epochs: look there."]
    if states["stopped"]:
        parts += ["", "Stopped trainings go on from that epoch when you start Snakemake again."]
    parts += [f"{path}: cannot be read" for path in unreadable]
    return "\n".join(parts)


def _row(training: TrainingStatus) -> tuple[str, ...]:
    place = f"job {training.job}" if training.job else f"process {training.pid}"
    state = training.state
    if state != "running":
        state = f"{state} {duration(training.seconds_since)} ago"
    return (
        training.identity,
        state,
        f"{training.epoch} of {training.epochs}",
        "" if training.loss is None else f"{training.loss:.4f}",
        "" if training.top1_error is None else f"{training.top1_error:.2f} %",
        duration(training.seconds_left),
        f"{training.host}, {place}",
        training.label,
    )
