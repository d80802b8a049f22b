"""Time a training step with each of several recipes, relative to training without augmentation."""

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
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.records import write_record
    from mixsuite.training.loop import NonFiniteLossError
    from mixsuite.training.sources import load_splits
    from mixsuite.training.timing import Effort, assemble_recipes, relative_times, time_steps

    def step() -> None:
        timing = read_json("--timing", options.timing)
        effort = Effort(options.repetitions, options.turns, options.steps)
        limit_threads(options.threads)
        train_split, test_split, sha256 = load_splits(options.dataset, options.dataset_sha256)
        with (
            lease(options.device) as device,
            told_progress(options.progress, "repetition", effort.repetitions) as progress,
        ):
            # Each recipe has workers of its own, all of which keep images ready: no more than a turn has use for.
            workers = min(options.threads, effort.steps)
            tasks = assemble_recipes(timing, train_split, test_split, device, workers, compiled=options.compile)
            repetitions = []
            for repetition in time_steps(tasks, effort):
                repetitions.append(repetition)
                progress.move(len(repetitions), f"{sum(repetition.values()):.3g} s for a step of each recipe")
            content = {
                "specification": timing,
                "repetitions": repetitions,
                "relative": relative_times(repetitions),
                "turns": effort.turns,
                "steps": effort.steps,
                "device": device_name(device),
                "threads": options.threads,
                "compiled": options.compile,
                "dataset": {"sha256": sha256},
            }
            write_record(options.output, content, options.code)

    return exit_status(step, NonFiniteLossError)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is timed")
    what.add_argument("--timing", required=True, metavar="JSON", help="dataset, model, schedule, and recipes by name")
    what.add_argument(
        "--dataset", required=True, type=Path, metavar="DIR", help="prepared folder with train/ and test/"
    )
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    how = parser.add_argument_group("how often")
    for option, default, of in (
        ("--repetitions", 5, "repetitions"),
        ("--turns", 5, "turns of each recipe in a repetition"),
        ("--steps", 4, "steps in a turn"),
    ):
        how.add_argument(option, type=int, default=default, metavar="N", help=f"{of} (default: {default})")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="seconds per step (.json)")
    add_computing_options(parser)
    add_progress_option(parser)
    faster = parser.add_argument_group("how it is made faster")
    faster.add_argument("--compile", action="store_true", help="let torch.compile translate the networks first")
    return parser


if __name__ == "__main__":
    sys.exit(main())
