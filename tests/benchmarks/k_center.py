"""Time and memory of K-Center greedy against reading all features once per centre, on one core.

python tests/benchmarks/k_center.py [--points 50000] [--dimensions 512] [--share 0.1] [--plain-centres 100]

The plain algorithm is timed for its first centres, and its time is extrapolated, since each of them costs the same.
Printed are the time of the processor and the largest resident memory of this process, features included; the targets
are 60 s and 1 GiB for 50,000 points of 512 dimensions, of which 10 % are chosen.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))

from mixsuite.subsampling.k_center import k_center_greedy  # noqa: E402

SECONDS, GIBIBYTES = 60, 1


def plain(features: np.ndarray, count: int, first: int) -> list[int]:
    """Return the centres that the plain algorithm chooses."""
    squares, centres = (features**2).sum(axis=1), [first]
    nearest = np.full(len(features), np.inf, features.dtype)
    while len(centres) < count:
        latest = centres[-1]
        nearest = np.minimum(nearest, squares + squares[latest] - 2 * (features @ features[latest]))
        nearest[latest] = -1
        centres.append(int(nearest.argmax()))
    return centres


def main() -> int:
    """Print times, their ratio and the memory; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=50_000, help="(default: 50000)")
    parser.add_argument("--dimensions", type=int, default=512, help="(default: 512)")
    parser.add_argument("--share", type=float, default=0.1, help="of the points that are chosen (default: 0.1)")
    parser.add_argument("--plain-centres", type=int, default=100, help="by the plain algorithm (default: 100)")
    options = parser.parse_args()
    # Not negative, as features after a ReLU.
    normal = np.random.default_rng(0).standard_normal((options.points, options.dimensions), np.float32)
    features = np.maximum(normal, 0, out=normal)
    count = int(options.share * options.points)
    start = time.process_time()
    found = k_center_greedy(features, count, 0)
    fast = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    start = time.process_time()
    first = plain(features, options.plain_centres, 0)
    slow = (time.process_time() - start) / options.plain_centres * count
    print(f"{count} of {options.points} points of {options.dimensions} dimensions, one core")
    print(f"plain algorithm   {slow:8.1f} s (from its first {options.plain_centres} centres)")
    print(f"k_center_greedy   {fast:8.1f} s (at most {SECONDS})")
    print(f"ratio             {slow / fast:8.1f}")
    print(f"resident memory   {memory:8.2f} GiB (at most {GIBIBYTES}; features {features.nbytes / 2**30:.2f})")
    same = found[: len(first)].tolist() == first
    print(f"the first {len(first)} centres are {'the same' if same else 'others'}")
    return 0 if fast <= SECONDS and memory <= GIBIBYTES and same else 1


if __name__ == "__main__":
    sys.exit(main())
