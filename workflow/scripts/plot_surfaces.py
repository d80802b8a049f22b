"""Draw the test loss over the plane of two Hessian eigenvectors: surfaces, contour plots, and a page to turn them."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, (*FIGURE_FORMS, "html")).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.files import write_text
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.results import read_measured
    from mixsuite.reporting.style import save
    from mixsuite.reporting.surface_page import surface_page
    from mixsuite.reporting.surfaces import draw, measure_surfaces, surface_table

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        landscapes = read_measured(description, "landscape", options.runs)
        table = surface_table(description, landscapes)
        save(draw(description, table, landscapes), options.output_pdf, options.output_png)
        write_text(options.output_html, surface_page(description, table))
        write_frame(options.output_csv, marked(table, description))
        write_frame(options.output_measurements, measure_surfaces(description, landscapes))

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
