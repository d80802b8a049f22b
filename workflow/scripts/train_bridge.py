"""Train a network on images of oh2024's patches with one method, all seeds; measure its accuracy per feature."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser
from mixsuite.told_progress import add_progress_option, told_progress


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument(
        "--bridge", required=True, metavar="JSON", help="the images, network, recipe and training (see mixsuite.bridge)"
    )
    parser.add_argument("--output", required=True, type=Path, metavar="JSON", help="a row per seed and feature")
    add_computing_options(parser)
    add_progress_option(parser)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.bridge.experiment import Bridge, run_bridge
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.records import write_record

    def step() -> None:
        start = time.monotonic()
        specification = read_json("--bridge", options.bridge)
        bridge = Bridge.from_mapping(specification)
        limit_threads(options.threads)
        with (
            lease(options.device) as device,
            told_progress(options.progress, f"{bridge.method}, seed", bridge.seeds) as bar,
        ):
            rows = list(run_bridge(bridge, device, bar.move))
        result = {
            "specification": specification,
            "rows": rows,
            "seconds": time.monotonic() - start,
            "device": device_name(device),
            "threads": options.threads,
        }
        write_record(options.output, result, options.code)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
