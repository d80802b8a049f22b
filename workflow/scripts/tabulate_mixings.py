"""Write the table of CutMix under other distributions of the mixed patches: predicted, and measured."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.mixings import measure_mixings, mixing_table, tidy
    from mixsuite.reporting.results import read_results
    from mixsuite.reporting.table_files import write_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        results = read_results(description, options.runs)
        measurements = measure_mixings(description, results)
        write_table(
            options, mixing_table(description, results), marked(tidy(description, results), description), measurements
        )

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
