"""Draw the reliability curve of each treatment of a fine-tuning."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, FIGURE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.calibration import draw, reliability_table
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.style import save
    from mixsuite.reporting.transfers import measure_transfers, read_transfers

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        transfers = read_transfers(description, options.runs)
        measurements, bins = measure_transfers(description, transfers), reliability_table(description, transfers)
        save(draw(description, bins, measurements), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(bins, description))
        write_frame(options.output_measurements, measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
