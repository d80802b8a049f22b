"""Draw how an image is composed: its sources, the nested boxes, the broken stick, and the areas that came of it."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, FIGURE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.composition import draw, measure_areas, sources_table
    from mixsuite.reporting.compositions import read_mixed
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        mixed = read_mixed(description, options.runs)
        save(draw(description, mixed), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(sources_table(mixed), description))
        write_frame(options.output_measurements, measure_areas(description, mixed))

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
