"""Draw the bridge: accuracy against rarity of a feature, for the patch network and for a CNN on images."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = artefact_parser(__doc__, FIGURE_FORMS)
    parser.add_argument("--bridges", required=True, type=Path, metavar="DIR", help="the folder with the networks' runs")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.bridge import curves, draw, measure_bridge, read_bridge
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        table = read_bridge(description, options.runs, options.bridges)
        drawn = curves(table)
        save(draw(description, drawn), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(drawn, description))
        write_frame(options.output_measurements, measure_bridge(description, table))

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
