"""The status of long steps, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mixsuite.overview.status import RunStatus
from mixsuite.overview.text import columns, counted, duration


def status_text(scale: str, runs: Sequence[RunStatus], unreadable: Sequence[str], counts: Mapping[str, int]) -> str:
    """Return what is said of `runs` at `scale`; `counts` has how many trainings are `done` of `all`."""
    states = Counter(run.state for run in runs)
    told = ", ".join(f"{number} {state}" for state, number in states.items()) or "none running"
    done = f"{counts['done']} of {counted(counts['all'], 'training')} done"
    parts = [f"Scale {scale}: {done}; {told}"]
    if runs:
        heading = ("run", "state", "done", "at last", "time left", "where", "what")
        parts += ["", columns(heading, [_row(run) for run in runs], right=(4,))]
    if states["silent"]:
        parts += ["", "Silent ones ran on another machine and have told nothing for a while: look there."]
    if states["stopped"]:
        parts += ["", f"Stopped ones: start Snakemake again. {_GOING_ON}"]
    parts += [f"{path}: cannot be read" for path in unreadable]
    return "\n".join(parts)


_GOING_ON = "Trainings, searches, fine-tunings and estimates of C-scores go on from there, measurements begin anew."


def _row(run: RunStatus) -> tuple[str, ...]:
    place = f"job {run.job}" if run.job else f"process {run.pid}"
    state = run.state
    if state != "running":
        state = f"{state} {duration(run.seconds_since)} ago"
    return (
        run.identity,
        state,
        f"{run.part} {run.done} of {run.total}",
        run.note,
        duration(run.seconds_left),
        f"{run.host}, {place}",
        run.label,
    )
