"""Score all training images under one trained network: losses of mixed images, dropout uncertainties or features."""

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
    from mixsuite.subsampling.scores import write_scores
    from mixsuite.subsampling.scoring import COLUMNS, score_images
    from mixsuite.subsampling.specification import check_scoring
    from mixsuite.training.sources import load_splits, open_source
    from mixsuite.training.trained import load_trained

    def step() -> None:
        scoring = read_json("--scoring", options.scoring)
        check_scoring(scoring)
        limit_threads(options.threads)
        train_split, test_split, sha256 = load_splits(options.dataset, options.dataset_sha256)
        with (
            lease(options.device) as device,
            told_progress(options.progress, "image", len(train_split.labels)) as progress,
        ):
            trained = load_trained(options.run_folder, train_split, sha256, device)
            schedule = trained.run["specification"]["schedule"]
            source = open_source(schedule, train_split, test_split, device, options.threads)
            values = score_images(scoring, trained, source.train, lambda done: progress.move(done, scoring["kind"]))
            content = {
                "specification": scoring,
                "columns": COLUMNS[scoring["kind"]],
                "run": trained.run["specification"],
                "last": trained.run["last"],
                "device": device_name(device),
                "threads": options.threads,
                "dataset": {"sha256": sha256},
            }
            write_scores(options.output_record, options.output_values, content, values, options.code)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is scored")
    what.add_argument("--scoring", required=True, metavar="JSON", help="kind of scores, its settings, run and seed")
    add_network_options(what)
    where = parser.add_argument_group("where it goes", "both into one folder, as scores.json and values.npy")
    where.add_argument("--output-record", required=True, type=Path, metavar="FILE", help="what was scored (.json)")
    where.add_argument("--output-values", required=True, type=Path, metavar="FILE", help="a row per image (.npy)")
    add_computing_options(parser)
    add_progress_option(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
