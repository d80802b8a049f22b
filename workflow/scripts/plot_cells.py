"""Draw the cells that searches found."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, FIGURE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.cells import draw, edge_table, found_cells
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.searches import measure_searches, read_searches
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        searches = read_searches(description, options.runs)
        cells = found_cells(description, searches)
        save(draw(cells, description), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(edge_table(cells), description))
        write_frame(options.output_measurements, measure_searches(description, searches))

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
