"""How far a training is: a file for programs, a bar on a terminal, a few lines in a log."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TextIO

from mixsuite.files import write_json
from mixsuite.liveness import this_process
from mixsuite.progress import ProgressBar
from mixsuite.training.checkpoint import History

_SECONDS_BETWEEN_FILES = 1.0


class Progress:
    """Tells of a training of `epochs` epochs, of which some may have been finished before.

    `path` (progress.json) gets status, epoch, epochs, loss, top1_error (in %), seconds (spent so far, earlier attempts
    included), eta (seconds left, None before the first epoch), written (when, in seconds of time.time()) and process
    (which one trains). Both file and lines are held back where epochs are fast; the first and the last always show.
    """

    def __init__(self, path: Path, epochs: int, stream: TextIO | None = None) -> None:
        """Tell nothing yet; `stream` is standard error unless given."""
        self._path, self._epochs = path, epochs
        self._bar = ProgressBar("epoch", epochs, stream)
        self._last_file = -math.inf

    def start(self, history: History) -> None:
        """Begin after the epochs that `history` holds already."""
        self._bar.start(len(history))
        self._write("training", history)

    def say(self, line: str) -> None:
        """Write one line, above the bar where there is one."""
        self._bar.say(line)

    def advance(self, history: History) -> None:
        """Tell of the epoch that has just joined `history`."""
        now, row = time.monotonic(), history[-1]
        if len(history) == self._epochs or now - self._last_file > _SECONDS_BETWEEN_FILES:
            self._last_file = now
            self._write("training", history)
        results = f"loss {row['train_loss']:.4f}, top-1 error {row['top1_error']:.2f} %"
        self._bar.move(len(history), f"{results}, {row['images_per_second']:.0f} images/s")

    def finish(self, history: History) -> None:
        """Say that the training and its outputs are done."""
        self.close()
        self._write("done", history)

    def close(self) -> None:
        """Give the terminal back, whether or not the training is done."""
        self._bar.close()

    def _write(self, status: str, history: History) -> None:
        last = history[-1] if history else {}
        write_json(
            self._path,
            {
                "status": status,
                "epoch": len(history),
                "epochs": self._epochs,
                "loss": last.get("train_loss"),
                "top1_error": last.get("top1_error"),
                "seconds": sum(row["seconds"] for row in history),
                "eta": self._eta(history),
                "written": time.time(),
                "process": this_process(),
            },
        )

    def _eta(self, history: History) -> float | None:
        # The latest epochs say best how fast this machine is now.
        recent = [row["seconds"] for row in history[-10:]]
        return (self._epochs - len(history)) * sum(recent) / len(recent) if recent else None


class Silence:
    """The progress of a process that leaves the telling to another one."""

    def start(self, history: History) -> None:
        """Tell nothing."""

    def say(self, line: str) -> None:
        """Tell nothing."""

    def advance(self, history: History) -> None:
        """Tell nothing."""

    def finish(self, history: History) -> None:
        """Tell nothing."""

    def close(self) -> None:
        """Tell nothing."""
