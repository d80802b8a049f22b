"""Write a table of accuracies under attack and on shifted images: printed and rebuilt values side by side."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.results import environment_note, read_measured
    from mixsuite.reporting.robustness_table import (
        evaluated_description,
        measure_robustness,
        robustness_table,
        robustness_tidy,
    )
    from mixsuite.reporting.table_files import write_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        evaluations = read_measured(description, "evaluation", options.runs)
        evaluated = evaluated_description(description, evaluations)
        measurements = measure_robustness(evaluated, evaluations)
        table = robustness_table(evaluated, measurements, evaluations, [environment_note(evaluations)])
        write_table(options, table, robustness_tidy(evaluated, measurements), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
