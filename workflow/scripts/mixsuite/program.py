"""What all step programs have in common: their options, JSON arguments, and how a user's mistake is told."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def step_parser(description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a step program, without options yet."""
    return argparse.ArgumentParser(description=description, epilog="JSON may also be given as @FILE.")


def add_computing_options(parser: argparse.ArgumentParser) -> None:
    """Add `--code`, `--device` and `--threads`, for a program that computes with torch."""
    how = parser.add_argument_group("how it is computed")
    code = "fingerprint of the code, kept with the result; a checkpoint of other code is not used"
    how.add_argument("--code", default="", metavar="FINGERPRINT", help=code)
    how.add_argument("--device", default="auto", help="auto (a GPU if there is one), cpu or cuda (default: auto)")
    how.add_argument("--threads", type=int, default=1, metavar="N", help="threads of the CPU (default: 1)")


def read_json(option: str, argument: str) -> Any:
    """Return the value of `argument`: JSON, or `@` and the name of a file that holds it.

    Raises:
        ValueError: no JSON; the message names the `option`.
        OSError: the file cannot be read.
    """
    text = Path(argument[1:]).read_text(encoding="utf-8") if argument.startswith("@") else argument
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{option}: not JSON ({error})") from None


def exit_status(step: Callable[[], object], *mistakes: type[Exception]) -> int:
    """Call `step`; return 0, or 1 after `error: ...` on stderr where a setting, a file or one of `mistakes` is wrong.

    Settings and data that are wrong raise a ValueError, and files an OSError, throughout the suite.
    """
    try:
        step()
    except (ValueError, OSError, MemoryError, *mistakes) as error:
        # numpy tells how many bytes a full disk took, and not why it took no more.
        cut = isinstance(error, OSError) and error.errno is None and " requested and " in str(error)
        sys.stderr.write(f"error: {'a file was not written whole; is the disk full? ' if cut else ''}{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: start again to go on\n")
        return 128 + signal.SIGINT
    return 0
