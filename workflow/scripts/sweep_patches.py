"""Compute the phase picture of one method: accuracy per feature over a grid of noise strengths."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sweep",
        required=True,
        metavar="JSON",
        help='{"base": {a setting}, "sigma_d": [...], "sigma_ratio": sigma_b / sigma_d, "seeds": how many}',
    )
    parser.add_argument("--method", required=True, help="erm, cutout or cutmix")
    parser.add_argument("--code", default="", help="fingerprint of the code; a changed one computes the sweep again")
    parser.add_argument("--output", required=True, type=Path, metavar="CSV")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.device import lease, limit_threads
    from mixsuite.patches.descent import DivergedError
    from mixsuite.patches.progress import progress
    from mixsuite.patches.sweep import COLUMNS, Sweep, run_sweep
    from mixsuite.patches.table import write_table

    try:
        sweep = Sweep.from_mapping(json.loads(options.sweep))
        limit_threads(options.threads)
        with lease(options.device) as device, progress(options.method, sweep.points) as report:
            rows = list(run_sweep(sweep, options.method, device, report))
        write_table(options.output, COLUMNS, rows)
    except json.JSONDecodeError as error:
        print(f"error: --sweep: not JSON ({error})", file=sys.stderr)
    except (ValueError, DivergedError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
    else:
        print(f"{options.output}: {len(rows)} rows, {sweep.points} descents")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
