"""Write the table of the C-scores of misclassified images: mean and quartiles per method, and their differences."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.comparison import Comparison
    from mixsuite.reporting.cscore_table import cscore_table, measure_cscores
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.networks import read_networks
    from mixsuite.reporting.quantities import Quantity
    from mixsuite.reporting.table_files import write_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        networks = read_networks(description, "held_out", options.runs)
        measurements = measure_cscores(description, networks)
        tidy = Comparison(description, measurements, [Quantity("score", "score")]).tidy()
        write_table(options, cscore_table(description, networks), tidy, measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
