"""Write a table of trained classifiers with their errors and the time of their training steps."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = artefact_parser(__doc__, TABLE_FORMS)
    parser.add_argument("--timings", required=True, type=Path, metavar="DIR", help="the folder with a file per timing")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    import pandas as pd

    from mixsuite.reporting.classification_table import (
        classification_remarks,
        compare_classification,
        measure_classification,
    )
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.results import environment_note, read_results
    from mixsuite.reporting.table_files import write_table
    from mixsuite.reporting.timings import measure_timings, read_timings, timing_remarks

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        results = read_results(description, options.runs)
        timings = read_timings(description, options.timings)
        parts = [measure_classification(description, results), measure_timings(description, timings)]
        measurements = pd.concat(parts, ignore_index=True)
        comparison = compare_classification(description, measurements)
        remarks = [*classification_remarks(description), *timing_remarks(timings), environment_note(results)]
        write_table(options, comparison.table(remarks), comparison.tidy(), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
