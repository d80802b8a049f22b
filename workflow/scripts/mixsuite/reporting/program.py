"""The options that the programs of tables and figures have in common."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mixsuite.program import step_parser

TABLE_FORMS = ("html", "md", "tex", "csv")
FIGURE_FORMS = ("pdf", "png", "csv")


def artefact_parser(description: str, forms: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser for `--artefact`, `--runs`, an `--output-FORM` per form, and `--output-measurements`."""
    parser = step_parser(description)
    parser.add_argument("--artefact", required=True, metavar="JSON", help="what the catalog tells of the artefact")
    parser.add_argument("--runs", required=True, type=Path, metavar="DIR", help="the folder with a folder per run")
    for form in forms:
        parser.add_argument(f"--output-{form}", required=True, type=Path, metavar="FILE")
    for_scorecard = "a line per measurement, for the score card"
    parser.add_argument("--output-measurements", required=True, type=Path, metavar="CSV", help=for_scorecard)
    return parser
