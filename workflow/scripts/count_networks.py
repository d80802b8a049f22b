"""Count the parameters of networks, and the multiply-adds and FLOPs of one image."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.models.genotype import read_genotype
    from mixsuite.records import write_record
    from mixsuite.search.sizes import count_networks

    def step() -> None:
        networks = read_json("--networks", options.networks)
        # A search leaves its genotype in the folder of its name.
        genotypes = {path.parent.name: read_genotype(path) for path in options.genotypes}
        write_record(options.output, count_networks(networks, genotypes), options.code)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    parser.add_argument(
        "--networks", required=True, metavar="JSON", help="networks by row, n_classes, in_channels and image_size"
    )
    parser.add_argument(
        "--genotypes", nargs="*", default=[], type=Path, metavar="FILE", help="SEARCH/genotype.json of searches named"
    )
    parser.add_argument("--code", default="", metavar="FINGERPRINT", help="of the code, kept with the counts")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="the counts (.json)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
