"""Make a set of shifted or of unknown images beside a dataset of small images, in place of ImageNet-A or ImageNet-O."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument(
        "--set", required=True, metavar="JSON", help='e.g. {"kind": "photograph_patches", "one_per": 5, "seed": 0}'
    )
    parser.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="the dataset, prepared as arrays")
    parser.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    parser.add_argument("--code", default="", metavar="FINGERPRINT", help="fingerprint of the code, kept with the set")
    parser.add_argument(
        "--output", required=True, type=Path, metavar="DIR", help="the folder to write, whole or not at all"
    )
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: this takes a while.
    from mixsuite.data.arrays import load_dataset
    from mixsuite.robustness.stand_in_sets import write_stand_in_set

    def step() -> None:
        settings = read_json("--set", options.set)
        _, test, sha256 = load_dataset(options.dataset, options.dataset_sha256)
        n = write_stand_in_set(options.output, settings, test, sha256, options.code)
        print(f"{options.output}: {n} images")

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
