"""Show the long steps that run, how far they are, and those that were interrupted. Also beside a running build."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict

from mixsuite.catalog import paths
from mixsuite.config.strict import ConfigError
from mixsuite.files import write_json
from mixsuite.overview.program import ROOT, add_json_option, open_catalog, project_parser
from mixsuite.overview.status import read_status
from mixsuite.overview.status_text import status_text
from mixsuite.program import exit_status


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = project_parser(__doc__)
    add_json_option(parser)
    options = parser.parse_args(arguments)

    def step() -> None:
        catalog = open_catalog(options.config)
        asked = {name: run for runs in catalog.runs.values() for name, run in runs.items()}
        finished = [
            name for name, run in asked.items() if (ROOT / paths.record(catalog.scale, run.kind, name)).is_file()
        ]
        labels = {name: run.label for name, run in asked.items()}
        states = ROOT / paths.results(catalog.scale) / ".state"
        runs, unreadable = read_status(states, labels, finished, time.time())
        counts = {"done": len(catalog.runs["training"].keys() & set(finished)), "all": len(catalog.runs["training"])}
        print(status_text(catalog.scale, runs, unreadable, counts))
        if options.output_json:
            told = {"scale": catalog.scale, **counts, "runs": [asdict(run) for run in runs], "unreadable": unreadable}
            write_json(options.output_json, told)

    return exit_status(step, ConfigError)


if __name__ == "__main__":
    sys.exit(main())
