"""Progress that is told to programs, too: a file beside the bar, which `status` reads.

A training tells more of itself: mixsuite.training.progress.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mixsuite.files import write_json
from mixsuite.liveness import this_process
from mixsuite.progress import ProgressBar

_SECONDS_BETWEEN_FILES = 1.0


def add_progress_option(parser: argparse.ArgumentParser) -> None:
    """Add `--progress`, for a program that takes minutes."""
    parser.add_argument("--progress", type=Path, metavar="FILE", help="tell here how far it is (progress.json)")


@contextmanager
def told_progress(path: Path | None, part: str, total: int) -> Iterator[ProgressBar]:
    """Yield a bar of `total` parts of the work, each called `part`, which tells of itself in `path`, too, if given.

    The file gets status, part, done, total, note, eta (seconds left, None before the first part), written (when, in
    seconds of time.time()) and process (which one works). It is held back where the work is fast.
    """
    bar = _ToldBar(path, part, total) if path else ProgressBar(part, total)
    try:
        yield bar
        if isinstance(bar, _ToldBar):
            bar.finish()
    finally:
        bar.close()


class _ToldBar(ProgressBar):
    def __init__(self, path: Path, part: str, total: int) -> None:
        self._path, self._part, self._parts = path, part, total
        super().__init__(part, total)

    def start(self, done: int) -> None:
        super().start(done)
        self._first, self._since = done, time.monotonic()
        self._write("running", done, "")
        self._last_file = -math.inf

    def move(self, done: int, note: str) -> None:
        super().move(done, note)
        if time.monotonic() - self._last_file > _SECONDS_BETWEEN_FILES:
            self._write("running", done, note)

    def finish(self) -> None:
        """Say that the work and its outputs are done."""
        self._write("done", self._parts, "")

    def _write(self, status: str, done: int, note: str) -> None:
        self._last_file = time.monotonic()
        moved = done - self._first
        eta = (self._last_file - self._since) / moved * (self._parts - done) if moved else None
        told = {"status": status, "part": self._part, "done": done, "total": self._parts, "note": note, "eta": eta}
        write_json(self._path, {**told, "written": time.time(), "process": this_process()})
