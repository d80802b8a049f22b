"""Draw the accuracy of searched networks against the cost of their search."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = artefact_parser(__doc__, FIGURE_FORMS)
    parser.add_argument(
        "--searches", required=True, type=Path, metavar="DIR", help="the folder with a folder per search"
    )
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    import pandas as pd

    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.results import read_results
    from mixsuite.reporting.search_cost import cost_points, draw
    from mixsuite.reporting.searches import measure_accuracy, measure_searches, read_searches
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        accuracies = measure_accuracy(description, read_results(description, options.runs))
        costs = measure_searches(description, read_searches(description, options.searches))
        measurements = pd.concat([accuracies, costs], ignore_index=True)
        points = cost_points(description, measurements)
        save(draw(description, points), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(points, description))
        write_frame(options.output_measurements, measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
