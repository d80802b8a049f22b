"""Take finished results, from an archive or from a folder, into the results of this project, without computing them."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from mixsuite.config.strict import ConfigError
from mixsuite.exchange.intake import Intake, Outcome
from mixsuite.exchange.sources import open_source
from mixsuite.overview.program import ROOT, open_catalog, project_parser
from mixsuite.overview.results import results_of
from mixsuite.overview.verification import Verifier
from mixsuite.program import exit_status

_ORDER = ("taken", "there", "not asked", "refused")


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status: 0 where nothing was refused and something is there now."""
    parser = project_parser(__doc__)
    parser.add_argument("source", type=Path, metavar="ARCHIVE_OR_FOLDER")
    parser.add_argument("--dry-run", action="store_true", help="say what would be taken, and take nothing")
    accept = "also take what another version of the code made; verification will name it as stale"
    parser.add_argument("--other-code", action="store_true", help=accept)
    options = parser.parse_args(arguments)

    def step() -> None:
        catalog = open_catalog(options.config)
        verifier = Verifier(ROOT, catalog)
        intake = Intake(verifier, results_of(catalog), options.other_code, options.dry_run)
        outcomes = list(intake.take(open_source(options.source)))
        _tell(outcomes, options.dry_run)
        if any(outcome.state == "refused" for outcome in outcomes):
            raise ValueError("results were refused")
        if not any(outcome.state in ("taken", "there") for outcome in outcomes):
            raise ValueError(f"{options.source}: holds no result that the scale {catalog.scale} asks for")

    return exit_status(step, ConfigError)


def _tell(outcomes: list[Outcome], dry: bool) -> None:
    for outcome in sorted(outcomes, key=lambda outcome: (_ORDER.index(outcome.state), outcome.name)):
        said = {"taken": f"-> {outcome.path}", "there": "the same is there already"}.get(outcome.state, outcome.reason)
        label = f" ({outcome.label})" if outcome.label else ""
        print(f"{outcome.state}: {outcome.name}{label}: {said}")
    counts = Counter(outcome.state for outcome in outcomes)
    print(", ".join(f"{counts[state]} {state}" for state in _ORDER) + (" (nothing was written)" if dry else ""))


if __name__ == "__main__":
    sys.exit(main())
