"""Whether the process that left a file behind still runs."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any


def this_process() -> dict[str, Any]:
    """Return what tells this process from all others: `host`, `pid`, `started`; and `job`, its SLURM job or None."""
    pid = os.getpid()
    return {"host": socket.gethostname(), "pid": pid, "started": _started(pid), "job": os.environ.get("SLURM_JOB_ID")}


def lives(process: dict[str, Any]) -> bool | None:
    """Return whether `process`, as this_process described it, still runs; None where it ran on another machine.

    A number is given again to later processes, which have another start.
    """
    if process["host"] != socket.gethostname():
        return None
    pid, started = process["pid"], process["started"]
    if started is not None:
        return _started(pid) == started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> int | None:
    # In clock ticks since the machine started; the name before it, in brackets, may hold blanks. Linux alone has it.
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    # A process that has ended and was not yet asked for its status does nothing more.
    return None if state in "ZX" else int(fields[18])
