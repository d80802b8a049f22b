"""Write the table of a text's claims about fine-tuning: the verdict on each, and what each treatment measured."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import TABLE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, TABLE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.claims_table import claims_table, claims_tidy, judge_claims
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.results import environment_note
    from mixsuite.reporting.table_files import write_table
    from mixsuite.reporting.transfers import measure_transfers, read_transfers

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        transfers = read_transfers(description, options.runs)
        measurements = measure_transfers(description, transfers)
        verdicts = judge_claims(description, measurements)
        table = claims_table(description, measurements, verdicts, [environment_note(transfers)])
        write_table(options, table, claims_tidy(description, verdicts), measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
