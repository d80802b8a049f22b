"""How far a long computation is: a bar on a terminal, a few lines in a log."""

from __future__ import annotations

import math
import sys
import time
from typing import TextIO

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0


class ProgressBar:
    """A bar with the time left where `stream` (standard error unless given) is a terminal, otherwise lines.

    Lines are held back where the work is fast; the first and the last always show. Close it to give the terminal back.
    """

    def __init__(self, label: str, total: int, stream: TextIO | None = None) -> None:
        """Stand at the beginning of `total` parts of the work called `label`."""
        self._label, self._total = label, total
        self._stream = sys.stderr if stream is None else stream
        self._last_line = -math.inf
        self._bar = (
            tqdm(desc=label, total=total, file=self._stream, dynamic_ncols=True) if self._stream.isatty() else None
        )
        self.start(0)

    def start(self, done: int) -> None:
        """Begin after `done` parts that were there before: they do not count for the speed."""
        self._before, self._started = done, time.monotonic()
        if self._bar is not None:
            self._bar.initial = self._bar.n = done
            self._bar.refresh()

    def say(self, line: str) -> None:
        """Write one line, above the bar where there is one."""
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def move(self, done: int, note: str) -> None:
        """Tell that `done` parts are done, with a `note` such as the loss."""
        if self._bar is not None:
            self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(done - self._bar.n)
            return
        now = time.monotonic()
        if done == self._total or now - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = now
            self.say(f"{self._label} {done} of {self._total}, {note}{self._time_left(done, now)}")

    def close(self) -> None:
        """Give the terminal back."""
        if self._bar is not None:
            self._bar.close()

    def _time_left(self, done: int, now: float) -> str:
        if done == self._before:
            return ""
        return f", {(now - self._started) / (done - self._before) * (self._total - done):.0f} s left"
