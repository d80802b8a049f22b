"""Gather the small files of some artefacts from a results folder into docs/evidence, where they go with the code."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.config.strict import ConfigError
from mixsuite.overview.program import ROOT, open_catalog, project_parser
from mixsuite.program import exit_status


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = project_parser(__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="artefacts, or papers with all of their artefacts")
    parser.add_argument("--results", type=Path, metavar="DIR", help="default: results/SCALE of the configuration")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "evidence", metavar="DIR")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.catalog.paths import results
    from mixsuite.evidence.collection import collect, names_of

    def step() -> None:
        catalog = open_catalog(options.config)
        names = names_of(catalog, options.names)
        found = collect(catalog, names, options.results or ROOT / results(catalog.scale), options.output)
        print(f"{len(found.files)} files in {options.output}")
        for what, missing in (("not built", found.not_built), ("missing", found.missing_runs)):
            for name in missing:
                print(f"{what}: {name}")

    return exit_status(step, ConfigError)


if __name__ == "__main__":
    sys.exit(main())
