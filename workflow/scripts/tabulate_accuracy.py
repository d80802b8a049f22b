"""Write a table of trained classifiers: printed and rebuilt accuracies side by side."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.accuracy_table import REMARKS, compare_accuracy, measure_accuracy
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.results import environment_note, read_results
    from mixsuite.reporting.table_files import write_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        results = read_results(description, options.runs)
        measurements = measure_accuracy(description, results)
        comparison = compare_accuracy(description, measurements)
        remarks = [*REMARKS, environment_note(results)]
        write_table(options, comparison.table(remarks), comparison.tidy(), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
