"""Measure how networks' outputs for two classes answer the share of an image of each in CutMix images."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser
from mixsuite.told_progress import add_progress_option, told_progress


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.cscores.subject import check_subject
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.evenness.measurement import TwoClasses, check_measurement
    from mixsuite.records import write_record
    from mixsuite.training.sources import load_splits

    def step() -> None:
        measurement = read_json("--measurement", options.measurement)
        check_measurement(measurement)
        limit_threads(options.threads)
        _, test, sha256 = load_splits(options.dataset, options.dataset_sha256)
        check_subject(measurement["dataset"], test.description, str(options.dataset))
        classes = TwoClasses(measurement, test, sha256, options.subsets)
        networks = {}
        with (
            lease(options.device) as device,
            told_progress(options.progress, "network", len(measurement["runs"])) as progress,
        ):
            for number, run in enumerate(measurement["runs"], start=1):
                networks[run] = classes.measure(options.runs / run, device)
                progress.move(number, run)
            content = {
                "specification": measurement,
                "networks": networks,
                "device": device_name(device),
                "threads": options.threads,
                "dataset": {"sha256": sha256},
            }
        write_record(options.output, content, options.code)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is measured")
    what.add_argument("--measurement", required=True, metavar="JSON", help="runs, two classes, shares, pairs, seed")
    what.add_argument("--runs", required=True, type=Path, metavar="DIR", help="the folder with a folder per run")
    what.add_argument("--subsets", required=True, type=Path, metavar="DIR", help="the folder with a folder per subset")
    what.add_argument(
        "--dataset",
        required=True,
        type=Path,
        metavar="DIR",
        help="what they, or subsets of it, were trained on, prepared",
    )
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="what was measured (.json)")
    add_computing_options(parser)
    add_progress_option(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
