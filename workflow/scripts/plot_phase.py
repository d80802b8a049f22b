"""Draw the phase picture: which features each method learns, over their rarity and the strength of the noise."""

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
    from mixsuite.reporting.phase import draw, measure_phase, phase_cells, read_sweep
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        sweep = read_sweep(options.runs, description.name)
        cells = phase_cells(sweep)
        save(draw(cells), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(cells, description))
        write_frame(options.output_measurements, measure_phase(description, sweep))

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
