"""How far a training is: a file for programs, a bar on a terminal, a few lines in a log."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from mixsuite.files import write_json
from mixsuite.training.checkpoint import History

_SECONDS_BETWEEN_LINES = 5.0
_SECONDS_BETWEEN_FILES = 1.0


class Progress:
    """Tells of a training of `epochs` epochs, of which some may have been finished before.

    `path` (progress.json) gets status, epoch, epochs, loss, top1_error (in %), seconds (spent so far, earlier attempts
    included) and eta (seconds left, None before the first epoch). Both file and lines are held back where epochs are
    fast; the first and the last epoch always show.
    """

    def __init__(self, path: Path, epochs: int, stream: TextIO | None = None) -> None:
        """Tell nothing yet; `stream` is standard error unless given."""
        self._path, self._epochs, self._stream = path, epochs, stream or sys.stderr
        self._last_line = self._last_file = -math.inf
        self._bar: tqdm | None = None

    def start(self, history: History) -> None:
        """Begin after the epochs that `history` holds already."""
        self._bar = self._open_bar(len(history))
        self._write("training", history)

    def say(self, line: str) -> None:
        """Write one line, above the bar where there is one."""
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def advance(self, history: History) -> None:
        """Tell of the epoch that has just joined `history`."""
        now, last = time.monotonic(), len(history) == self._epochs
        if last or now - self._last_file > _SECONDS_BETWEEN_FILES:
            self._last_file = now
            self._write("training", history)
        if self._bar is not None:
            self._bar.set_postfix_str(f"loss {history[-1]['train_loss']:.3f}, error {history[-1]['top1_error']:.2f} %")
            self._bar.update()
        elif last or now - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = now
            self.say(self._line(history))

    def finish(self, history: History) -> None:
        """Say that the training and its outputs are done."""
        self.close()
        self._write("done", history)

    def close(self) -> None:
        """Give the terminal back, whether or not the training is done."""
        if self._bar is not None:
            self._bar.close()

    def _open_bar(self, done: int) -> tqdm | None:
        if not self._stream.isatty():
            return None
        return tqdm(total=self._epochs, initial=done, unit="epoch", file=self._stream, dynamic_ncols=True)

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
            },
        )

    def _eta(self, history: History) -> float | None:
        # The latest epochs say best how fast this machine is now.
        recent = [row["seconds"] for row in history[-10:]]
        return (self._epochs - len(history)) * sum(recent) / len(recent) if recent else None

    def _line(self, history: History) -> str:
        row, of = history[-1], f"{len(history)}/{self._epochs}"
        results = f"loss {row['train_loss']:.4f}, top-1 error {row['top1_error']:.2f} %"
        return f"epoch {of}: {results}, {row['images_per_second']:.0f} images/s, {self._eta(history):.0f} s left"
