"""Write the table of oh2024's theorems: what each clause predicts, and what was measured."""

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
    from mixsuite.reporting.results import environment_note, read_results
    from mixsuite.reporting.table_files import write_table
    from mixsuite.reporting.theorems import findings, measure_theorems, theorem_table, tidy

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        results = read_results(description, options.runs)
        found = findings(description, results)
        table = theorem_table(description, found, [environment_note(results)])
        measurements = measure_theorems(description, results)
        write_table(options, table, marked(tidy(description, found), description), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
