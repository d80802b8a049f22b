"""Run one synthetic experiment of oh2024: full-batch descent on the exact ERM, Cutout or CutMix loss."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run", required=True, metavar="JSON", help='{"setting": {...}, "method": "erm|cutout|cutmix", "seed": 0}'
    )
    parser.add_argument("--code", default="", help="fingerprint of the code, kept with the result")
    parser.add_argument("--output-trajectory", required=True, type=Path, metavar="CSV")
    parser.add_argument("--output-run", required=True, type=Path, metavar="JSON")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.files import write_json
    from mixsuite.patches.descent import DivergedError
    from mixsuite.patches.experiment import Experiment, parse_run
    from mixsuite.patches.progress import progress
    from mixsuite.patches.record import TRAJECTORY_COLUMNS, trajectory
    from mixsuite.patches.summary import summarise
    from mixsuite.patches.table import write_table
    from mixsuite.provenance import record

    try:
        start = time.monotonic()
        specification = json.loads(options.run)
        setting, method, seed = parse_run(specification)
        limit_threads(options.threads)
        with lease(options.device) as device, progress(f"{method}, seed {seed}", setting.steps) as report:
            experiment = Experiment(setting, method, seed, device)
            records = experiment.run(lambda step, loss: report(step, f"loss {loss:.4f}"))
        write_table(options.output_trajectory, TRAJECTORY_COLUMNS, trajectory(records, setting))
        result = {
            "specification": specification,
            **summarise(records, experiment),
            "seconds": time.monotonic() - start,
            "device": device_name(device),
            "threads": options.threads,
            "provenance": record(options.code),
        }
        write_json(options.output_run, result)
    except json.JSONDecodeError as error:
        print(f"error: --run: not JSON ({error})", file=sys.stderr)
    except (ValueError, DivergedError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
    else:
        print(f"{options.output_run}: test accuracy {result['test_accuracy']:.3f} after {setting.steps} steps")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
