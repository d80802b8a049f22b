"""Count the parameters of a network and the multiply-adds of one image."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.checks import check_keys
    from mixsuite.files import write_json
    from mixsuite.models.genotype import read_genotype, with_genotype
    from mixsuite.models.registry import build_model
    from mixsuite.search.counting import COUNTING_RULE, count_multiply_adds, count_parameters

    def step() -> None:
        network = read_json("--network", options.network)
        check_keys("--network", network, ("model", "n_classes", "in_channels", "image_size"), ("seed",))
        genotype = read_genotype(options.genotype).as_json() if options.genotype else None
        images = {key: network[key] for key in ("in_channels", "image_size")}
        model = build_model(with_genotype(network["model"], genotype), network["n_classes"], **images)
        content = {
            "specification": network,
            **({"genotype": genotype} if genotype else {}),
            "n_parameters": count_parameters(model),
            "n_multiply_adds": count_multiply_adds(model, **images),
            "rule": COUNTING_RULE,
        }
        write_json(options.output, content)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    parser.add_argument(
        "--network", required=True, metavar="JSON", help="model, n_classes, in_channels and image_size"
    )
    parser.add_argument("--genotype", type=Path, metavar="FILE", help="cells (.json), where the model names a search")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="the counts (.json)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
