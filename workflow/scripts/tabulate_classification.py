"""Write a table of trained classifiers: printed and rebuilt errors side by side."""

from __future__ import annotations

import sys

from mixsuite.reporting.program import TABLE_FORMS, artefact_parser, exit_status


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.classification_table import REMARKS, compare_classification, measure_classification
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.table_files import write_table

    def build() -> None:
        description = read_description(options.artefact)
        measurements = measure_classification(description, options.runs)
        comparison = compare_classification(description, measurements)
        write_table(options, comparison.table(REMARKS), comparison.tidy(), measurements)

    return exit_status(build)


if __name__ == "__main__":
    sys.exit(main())
