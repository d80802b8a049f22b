"""Draw the phase picture: which features each method learns, over their rarity and the strength of the noise."""

from __future__ import annotations

import sys

from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser, exit_status


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, FIGURE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.measurements import write_csv
    from mixsuite.reporting.phase import draw, measure_phase, phase_cells, read_sweep
    from mixsuite.reporting.style import save

    def build() -> None:
        description = read_description(options.artefact)
        sweep = read_sweep(options.runs, description.name)
        cells = phase_cells(sweep)
        save(draw(cells), options.output_pdf, options.output_png)
        write_csv(options.output_csv, cells)
        write_csv(options.output_measurements, measure_phase(description, sweep))

    return exit_status(build)


if __name__ == "__main__":
    sys.exit(main())
