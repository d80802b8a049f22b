"""Draw the test loss under Gaussian noise on the weights, a curve per method."""

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
    from mixsuite.reporting.perturbation import draw, measure_noise, noise_curves, noise_table
    from mixsuite.reporting.results import read_measured
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        landscapes = read_measured(description, "landscape", options.runs)
        measurements = measure_noise(description, landscapes)
        curves = noise_curves(noise_table(description, landscapes))
        save(draw(description, curves), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(curves, description))
        write_frame(options.output_measurements, measurements)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
