"""How far a long computation is: a bar on a terminal, a handful of lines in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from tqdm import tqdm

LINES = 5


@contextmanager
def progress(label: str, total: int, stream: TextIO | None = None) -> Iterator[Callable[[int, str], None]]:
    """Yield `report(done, note)`, to be called with the work done so far, out of `total`, and a note such as the loss.

    `stream` (stderr if left out) gets a bar with the time left if it is a terminal, otherwise about LINES lines.
    """
    stream = sys.stderr if stream is None else stream
    if stream.isatty():
        with tqdm(total=total, desc=label, file=stream) as bar:

            def move(done: int, note: str) -> None:
                bar.set_postfix_str(note, refresh=False)
                bar.update(done - bar.n)

            yield move
    else:
        yield _lines(label, total, stream)


def _lines(label: str, total: int, stream: TextIO) -> Callable[[int, str], None]:
    start, printed = time.monotonic(), 0

    def write(done: int, note: str) -> None:
        nonlocal printed
        due = done * LINES // total
        if due > printed:
            printed = due
            left = (time.monotonic() - start) / done * (total - done)
            stream.write(f"{label}: {done} of {total}, {note}, {left:.0f} s left\n")
            stream.flush()

    return write
