"""Write a table of how well networks tell images of no known class: printed and rebuilt values side by side."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.detection_table import compare_detection, detection_remarks, measure_detection
    from mixsuite.reporting.results import environment_note, read_measured
    from mixsuite.reporting.table_files import write_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        evaluations = read_measured(description, "evaluation", options.runs)
        measurements = measure_detection(description, evaluations)
        comparison = compare_detection(description, measurements)
        remarks = [*detection_remarks(evaluations), environment_note(evaluations)]
        write_table(options, comparison.table(remarks), comparison.tidy(), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
