"""Measure the loss around one trained network: Hessian directions and spectrum, surface, loss under Gaussian noise."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.network_options import add_network_options
from mixsuite.program import add_computing_options, exit_status, read_json, step_parser
from mixsuite.told_progress import add_progress_option, told_progress


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.landscape.measurement import PARTS, measure_landscape
    from mixsuite.landscape.specification import check_landscape
    from mixsuite.records import write_record
    from mixsuite.training.sources import load_splits, open_source
    from mixsuite.training.trained import load_trained

    def step() -> None:
        landscape = read_json("--landscape", options.landscape)
        check_landscape(landscape)
        limit_threads(options.threads)
        train_split, test_split, sha256 = load_splits(options.dataset, options.dataset_sha256)
        with lease(options.device) as device, told_progress(options.progress, "part", len(PARTS)) as progress:
            trained = load_trained(options.run_folder, test_split, sha256, device)
            schedule = trained.run["specification"]["schedule"]
            source = open_source(schedule, train_split, test_split, device, options.threads)
            found = measure_landscape(
                landscape, trained.model, source, lambda part: progress.move(PARTS.index(part) + 1, part)
            )
            content = {
                "specification": landscape,
                **found,
                "run": trained.run["specification"],
                "last": trained.run["last"],
                "device": device_name(device),
                "threads": options.threads,
                "dataset": {"sha256": sha256},
            }
            write_record(options.output, content, options.code)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is measured")
    what.add_argument("--landscape", required=True, metavar="JSON", help="parts of the landscape and their settings")
    add_network_options(what)
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="what was measured (.json)")
    add_computing_options(parser)
    add_progress_option(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
