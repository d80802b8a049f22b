"""Draw anchors whose loss varies much, or little, with what they are mixed with, and their mixes with their losses."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = artefact_parser(__doc__, FIGURE_FORMS)
    parser.add_argument("--scores", required=True, type=Path, metavar="DIR", help="the folder of all scores")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.anchors import anchors_table, draw, measure_reliability, read_anchors
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        anchors = read_anchors(description, options.runs)
        measurements = measure_reliability(description, options.scores)
        save(draw(description, anchors), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(anchors_table(anchors), description))
        write_frame(options.output_measurements, measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
