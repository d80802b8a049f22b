"""Make adversarial images of a dataset's test images with a substitute network, to be shown to other networks."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.network_options import add_network_options
from mixsuite.program import add_computing_options, exit_status, read_json, step_parser
from mixsuite.told_progress import add_progress_option, told_progress


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is made")
    what.add_argument(
        "--adversarial-set", required=True, metavar="JSON", help="run (the substitute's), attack and seed"
    )
    add_network_options(what)
    parser.add_argument(
        "--output", required=True, type=Path, metavar="DIR", help="the folder to write, whole or not at all"
    )
    add_computing_options(parser)
    add_progress_option(parser)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.device import lease, limit_threads
    from mixsuite.robustness.adversarial_set import check_adversarial_set, write_adversarial_set
    from mixsuite.robustness.pixels import split_pixels
    from mixsuite.training.sources import load_splits
    from mixsuite.training.trained import load_trained

    def step() -> None:
        specification = read_json("--adversarial-set", options.adversarial_set)
        check_adversarial_set(specification)
        limit_threads(options.threads)
        _, split, sha256 = load_splits(options.dataset, options.dataset_sha256)
        with lease(options.device) as device, told_progress(options.progress, "image", len(split.labels)) as bar:
            trained = load_trained(options.run_folder, split, sha256, device)
            pixels = split_pixels(split, trained, device, options.threads)
            told = specification["attack"]["method"]
            made = write_adversarial_set(
                options.output, specification, trained, pixels, device, options.code, lambda done: bar.move(done, told)
            )
        accuracy = made["substitute_accuracy"]
        print(f"{made['n']} images; the substitute's accuracy: {accuracy['before']:.2f} %, {accuracy['after']:.2f} %")

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
