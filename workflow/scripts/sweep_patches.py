"""Compute the phase picture of one method: accuracy per feature over a grid of noise strengths."""

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
        "--sweep",
        required=True,
        metavar="JSON",
        help='{"base": {a setting}, "sigma_d": [...], "sigma_ratio": sigma_b / sigma_d, "seeds": how many}',
    )
    parser.add_argument("--method", required=True, help="erm, cutout or cutmix")
    parser.add_argument("--output", required=True, type=Path, metavar="CSV", help="a row per seed, noise and feature")
    parser.add_argument("--output-run", required=True, type=Path, metavar="JSON", help="what was computed, and how")
    add_computing_options(parser)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.files import write_csv
    from mixsuite.patches.descent import DivergedError
    from mixsuite.patches.setting import check_method
    from mixsuite.patches.sweep import COLUMNS, Sweep, run_sweep
    from mixsuite.progress import ProgressBar
    from mixsuite.records import write_record

    def step() -> None:
        start = time.monotonic()
        specification = read_json("--sweep", options.sweep)
        sweep = Sweep.from_mapping(specification)
        check_method(options.method)
        limit_threads(options.threads)
        with lease(options.device) as device, closing(ProgressBar(f"{options.method}:", sweep.points)) as bar:
            rows = list(run_sweep(sweep, options.method, device, bar.move))
        write_csv(options.output, COLUMNS, rows)
        result = {
            "specification": {"sweep": specification, "method": options.method},
            "seconds": time.monotonic() - start,
            "device": device_name(device),
            "threads": options.threads,
        }
        write_record(options.output_run, result, options.code, [options.output])
        print(f"{options.output}: {len(rows)} rows, {sweep.points} descents")

    return exit_status(step, DivergedError)


if __name__ == "__main__":
    sys.exit(main())
