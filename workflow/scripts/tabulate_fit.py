"""Write a table of how well trained classifiers know the images that they were trained on."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.fit_table import REMARKS, compare_fits, measure_fits
    from mixsuite.reporting.results import environment_note, read_measured
    from mixsuite.reporting.table_files import write_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        fits = read_measured(description, "fit", options.runs)
        measurements = measure_fits(description, fits)
        comparison = compare_fits(description, measurements)
        write_table(options, comparison.table([*REMARKS, environment_note(fits)]), comparison.tidy(), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
