"""Write a table of networks of searched cells: errors, sizes, and the cost of the searches."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = artefact_parser(__doc__, TABLE_FORMS)
    parser.add_argument(
        "--searches", required=True, type=Path, metavar="DIR", help="the folder with a folder per search"
    )
    parser.add_argument(
        "--sizes", required=True, type=Path, metavar="DIR", help="the folder with the sizes of networks"
    )
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    import pandas as pd

    from mixsuite.reporting.classification_table import measure_classification
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.results import environment_note, read_results
    from mixsuite.reporting.search_table import compare_searches, search_remarks
    from mixsuite.reporting.searches import measure_searches, measure_sizes, read_searches, read_sizes
    from mixsuite.reporting.table_files import write_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        results, searches = read_results(description, options.runs), read_searches(description, options.searches)
        sizes = read_sizes(description, options.sizes)
        errors = measure_classification(description, results)
        # That of a training counts what its network has at this scale.
        errors = errors[errors["metric"] != "parameters"]
        measured = [errors, measure_sizes(description, sizes), measure_searches(description, searches)]
        measurements = pd.concat(measured, ignore_index=True)
        comparison = compare_searches(description, measurements)
        remarks = [*search_remarks(searches, sizes), environment_note(results)]
        write_table(options, comparison.table(remarks), comparison.tidy(), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
