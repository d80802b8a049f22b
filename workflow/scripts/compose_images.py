"""Compose images of a dataset as recipes mix them, for the figures that show images, and measure many more of them."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.array_files import write_arrays
from mixsuite.program import add_computing_options, exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument("--composition", required=True, metavar="JSON", help="dataset, recipes, samples, draws, seed")
    parser.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="prepared folder with the images")
    parser.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    parser.add_argument("--output-record", required=True, type=Path, metavar="FILE", help="what was composed (.json)")
    parser.add_argument("--output-arrays", required=True, type=Path, metavar="FILE", help="the images (.npz)")
    add_computing_options(parser)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.data.pictures import open_pictures
    from mixsuite.device import limit_threads
    from mixsuite.mixing.composition_record import compose_images
    from mixsuite.records import write_record

    def step() -> None:
        specification = read_json("--composition", options.composition)
        limit_threads(options.threads)
        composed, arrays = compose_images(specification, open_pictures(options.dataset, options.dataset_sha256))
        write_arrays(options.output_arrays, arrays)
        write_record(options.output_record, composed, options.code, [options.output_arrays])

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
