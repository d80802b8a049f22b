"""Time of the DCutMix operation against the literal per-sample loop of the pseudo-code, on one core.

python tests/benchmarks/dcutmix_operation.py [--rounds 60]

K = 5, α = 0.2, a batch of 64 float32 images 3×32×32 with 100 classes. Both are timed in turns within one run; printed
are the best of all rounds, which other processes disturb least, and their ratio, which is to be at least 15.
"""

import argparse
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS.parent / "workflow" / "scripts"))

from mixsuite.mixing.dcutmix import build  # noqa: E402

N_IMAGES, ALPHA, BATCH_SIZE, N_CLASSES, TARGET = 5, 0.2, 64, 100, 15
CALLS_PER_ROUND = 50


def seconds(call: Callable[[], object], n_calls: int) -> float:
    """Return the mean time of `n_calls` calls."""
    start = time.perf_counter()
    for _ in range(n_calls):
        call()
    return (time.perf_counter() - start) / n_calls


def main() -> int:
    """Print both times and their ratio; return 1 where the ratio misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60, help="how often each is timed (default 60)")
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    generator, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    images = torch.randn(BATCH_SIZE, 3, 32, 32, generator=generator)
    targets = torch.eye(N_CLASSES)[torch.randint(N_CLASSES, (BATCH_SIZE,), generator=generator)]
    mix = build(images=N_IMAGES, alpha=ALPHA, probability=1.0)
    literal = runpy.run_path(str(TESTS / "mixing" / "literal_dcutmix.py"))["dcutmix"]

    # As in a training, whose larger tensors come and go: freeing 30 MiB keeps glibc from giving memory back to the
    # system, and getting it anew page by page, at every call.
    del_me = torch.ones(30 * 2**18)
    del del_me
    literal_times, times = [], []
    for _ in range(rounds):
        literal_times.append(seconds(lambda: literal(images, targets, N_IMAGES, ALPHA, rng), 1))
        times.append(seconds(lambda: mix(images, targets, generator), CALLS_PER_ROUND))
    slow, fast = min(literal_times), min(times)
    print(f"literal loop  {1e3 * slow:7.2f} ms per batch")
    print(f"vectorised    {1e3 * fast:7.2f} ms per batch")
    print(f"ratio         {slow / fast:7.1f}   (at least {TARGET})")
    return 0 if slow / fast >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
