"""What the programs of tables and figures have in common: their arguments, and how a mistake is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mixsuite.config.strict import ConfigError

TABLE_FORMS = ("html", "md", "tex", "csv")
FIGURE_FORMS = ("pdf", "png", "csv")


def artefact_parser(description: str, forms: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser for `--artefact`, `--runs`, an `--output-FORM` per form, and `--output-measurements`."""
    parser = argparse.ArgumentParser(description=description, epilog="JSON may also be given as @FILE.")
    parser.add_argument("--artefact", required=True, metavar="JSON", help="what the catalog tells of the artefact")
    parser.add_argument("--runs", required=True, type=Path, metavar="DIR", help="the folder with a folder per run")
    for form in forms:
        parser.add_argument(f"--output-{form}", required=True, type=Path, metavar="FILE")
    for_scorecard = "a line per measurement, for the score card"
    parser.add_argument("--output-measurements", required=True, type=Path, metavar="CSV", help=for_scorecard)
    return parser


def exit_status(build: Callable[[], object]) -> int:
    """Call `build`; return 0, or 1 after one line on stderr when what it was given is wrong."""
    try:
        build()
    except (ConfigError, ValueError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0
