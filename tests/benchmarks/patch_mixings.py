"""What a CutMix step costs under other distributions of the mixed patches, against one under the poster's.

Run it from the project's folder: python tests/benchmarks/patch_mixings.py
"""

from __future__ import annotations

import sys
import time
from statistics import median

import torch
from patches_descent import PAPER

from mixsuite.patches.descent import GramDescent
from mixsuite.patches.experiment import Experiment
from mixsuite.patches.mixing import Mixing

MIXINGS = {
    "Beta(1/2, 1/2), free sets": Mixing(beta=0.5, shape="free", layout=None),
    "Beta(1, 1), boxes": Mixing(beta=1, shape="box", layout=(1, 3)),
}
# Two timings of the same work differ by a few percent.
LIMIT_RATIO = 1.1
TURNS, STEPS = 15, 100


def main() -> int:
    """Print the measurements; return 1 if a distribution costs more than the poster's."""
    torch.set_num_threads(1)
    poster = Experiment(PAPER, "cutmix", 0, torch.device("cpu")).descent
    worst = 0.0
    for name, mixing in MIXINGS.items():
        descent = Experiment(PAPER, "cutmix", 0, torch.device("cpu"), mixing).descent
        # Taken in turns, so that what else the machine does meets both.
        turns = [(processor_time(descent), processor_time(poster)) for _ in range(TURNS)]
        own, usual = (median(times) for times in zip(*turns, strict=True))
        worst = max(worst, own / usual)
        print(f"{name}: {1e6 * own:.0f} us a step against {1e6 * usual:.0f} us, ratio {own / usual:.2f}")
    print(f"the ratios are to be at most {LIMIT_RATIO}")
    return int(worst > LIMIT_RATIO)


def processor_time(descent: GramDescent) -> float:
    """Return the seconds that one step keeps the processor busy."""
    start = time.process_time()
    descent.advance(STEPS)
    return (time.process_time() - start) / STEPS


if __name__ == "__main__":
    sys.exit(main())
