"""Draw the differences of two classes' outputs on CutMix images, a panel per method."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, FIGURE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.mixed_outputs import draw, histograms, measure_mixed, mixed_table
    from mixsuite.reporting.networks import read_networks
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        networks = read_networks(description, "mixed_outputs", options.runs)
        drawn = histograms(mixed_table(description, networks))
        save(draw(description, drawn), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(drawn, description))
        write_frame(options.output_measurements, measure_mixed(description, networks))

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
