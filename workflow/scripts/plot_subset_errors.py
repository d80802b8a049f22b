"""Draw the test errors of networks trained on subsets, against their ratio t, an interval or the anchors' share."""

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
    from mixsuite.reporting.results import read_results
    from mixsuite.reporting.style import save
    from mixsuite.reporting.subset_errors import draw, error_points, measure_subset_errors

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        measurements = measure_subset_errors(description, read_results(description, options.runs))
        points = error_points(description, measurements)
        save(draw(description, points), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(points, description))
        write_frame(options.output_measurements, measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
