"""Run one synthetic experiment of oh2024: full-batch descent on the exact ERM, Cutout or CutMix loss."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument(
        "--run",
        required=True,
        metavar="JSON",
        help='{"setting": {...}, "method": "erm|cutout|cutmix", "seed": 0}; for cutmix also "mixing": '
        '{"beta": 1, "shape": "free|box", "layout": null|[rows, columns]}',
    )
    parser.add_argument("--output-trajectory", required=True, type=Path, metavar="CSV")
    parser.add_argument("--output-run", required=True, type=Path, metavar="JSON")
    add_computing_options(parser)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.files import write_csv
    from mixsuite.patches.descent import DivergedError
    from mixsuite.patches.experiment import Experiment, parse_run
    from mixsuite.patches.record import TRAJECTORY_COLUMNS, trajectory
    from mixsuite.patches.summary import summarise
    from mixsuite.progress import ProgressBar
    from mixsuite.records import write_record

    def step() -> None:
        start = time.monotonic()
        specification = read_json("--run", options.run)
        setting, method, seed, mixing = parse_run(specification)
        limit_threads(options.threads)
        with lease(options.device) as device, closing(ProgressBar(f"{method}, seed {seed}:", setting.steps)) as bar:
            experiment = Experiment(setting, method, seed, device, mixing)
            records = experiment.run(lambda step, loss: bar.move(step, f"loss {loss:.4f}"))
        write_csv(options.output_trajectory, TRAJECTORY_COLUMNS, trajectory(records, setting))
        result = {
            "specification": specification,
            **summarise(records, experiment),
            "seconds": time.monotonic() - start,
            "device": device_name(device),
            "threads": options.threads,
        }
        write_record(options.output_run, result, options.code, [options.output_trajectory])
        print(f"{options.output_run}: test accuracy {result['test_accuracy']:.3f} after {setting.steps} steps")

    return exit_status(step, DivergedError)


if __name__ == "__main__":
    sys.exit(main())
