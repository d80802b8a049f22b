"""Draw what the network learned of each feature along training, for ERM, Cutout and CutMix."""

from __future__ import annotations

import sys

from mixsuite.program import exit_status, read_json
from mixsuite.reporting.program import FIGURE_FORMS, artefact_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = artefact_parser(__doc__, FIGURE_FORMS).parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.reporting.description import read_description
    from mixsuite.reporting.feature_outputs import curves, draw, measure_outputs, read_outputs
    from mixsuite.reporting.marking import marked
    from mixsuite.reporting.measurements import write_frame
    from mixsuite.reporting.style import save

    def step() -> None:
        description = read_description(read_json("--artefact", options.artefact))
        outputs = read_outputs(description, options.runs)
        drawn = curves(outputs)
        save(draw(description, drawn), options.output_pdf, options.output_png)
        write_frame(options.output_csv, marked(drawn, description))
        write_frame(options.output_measurements, measure_outputs(description, outputs))

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
