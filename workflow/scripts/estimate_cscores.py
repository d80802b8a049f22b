"""Estimate the C-scores of a dataset's training images; a killed estimate goes on from its last finished training."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.cscores.estimation import Counts
    from mixsuite.cscores.holding_out import count_trainings
    from mixsuite.cscores.networks import count_correct
    from mixsuite.cscores.record import write_estimate
    from mixsuite.cscores.specification import check_estimate
    from mixsuite.cscores.subject import check_subject
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.told_progress import told_progress
    from mixsuite.training.loop import NonFiniteLossError
    from mixsuite.training.sources import load_splits

    def step() -> None:
        estimate = read_json("--estimate", options.estimate)
        check_estimate(estimate)
        limit_threads(options.threads)
        train, _, sha256 = load_splits(options.dataset, options.dataset_sha256)
        check_subject(estimate["dataset"], train.description, str(options.dataset))
        state = options.state / "counts.npz"
        planned = count_trainings(len(train.labels), estimate["ratios"], estimate["repeats"])
        with (
            lease(options.device) as device,
            told_progress(options.state / "progress.json", "training", planned) as progress,
        ):

            def tell(counts: Counts) -> None:
                if counts.trainings:
                    progress.move(counts.trainings, f"{counts.accuracy():.1f} % of held-out images correct")

            counts = count_correct(estimate, train, sha256, device, state, options.code, tell)
            write_estimate(
                options.output_cscores,
                options.output_record,
                estimate,
                train.labels,
                counts,
                options.code,
                device=device_name(device),
                threads=options.threads,
                dataset={"sha256": sha256},
            )
        # Not before the outputs are there: a kill in between costs nothing.
        state.unlink(missing_ok=True)

    return exit_status(step, NonFiniteLossError)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is estimated")
    what.add_argument("--estimate", required=True, metavar="JSON", help="network, training, subset ratios and repeats")
    what.add_argument(
        "--dataset", required=True, type=Path, metavar="DIR", help="prepared folder with train/ and test/"
    )
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    where = parser.add_argument_group("where it goes")
    where.add_argument("--state", required=True, type=Path, metavar="DIR", help="what has been counted; keep it")
    where.add_argument("--output-cscores", required=True, type=Path, metavar="FILE", help="labels and scores (.npz)")
    where.add_argument("--output-record", required=True, type=Path, metavar="FILE", help="what they are (.json)")
    add_computing_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
