"""Time of a whole training step with each method against vanilla: PreActResNet18, batch 100, 32 x 32 images.

python tests/benchmarks/step_times.py [--device cuda] [--precision bfloat16] [--repetitions 5] [--turns 5] [--steps 4]

Network, schedule and methods are those of jeong2021's Table 2 at the scale `paper`, with Cutout, SaliencyMix and
Saliency-DCutMix besides; images are random. All are timed in turns within one run. Printed are, for each method, the
time of a step and its ratio to vanilla's as mean ± standard deviation over repetitions. A second vanilla shows how far
the machine can be trusted. A CPU takes seconds for a step: `--repetitions 3 --turns 2 --steps 1` are minutes.
"""

import argparse
import statistics
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from mixsuite.config.load import load_house  # noqa: E402
from mixsuite.config.yaml_file import read_yaml  # noqa: E402
from mixsuite.data.arrays import ImageArrays  # noqa: E402
from mixsuite.device import device_name, lease  # noqa: E402
from mixsuite.training.timing import BASE, Effort, assemble_recipes, relative_times, time_steps  # noqa: E402

N_CLASSES = 100
RECIPES = (
    "cutout",
    "mixup-a1",
    "cutmix-a1-p1",
    "dmixup-k3-a0.333",
    "dcutmix-k4-a0.25",
    "dcutmix-k5-a0.2",
    "saliencymix-a1-p1",
    "saliency-dcutmix-k3-a0.333",
    "puzzle-mix",
    "co-mixup",
)


def timing(recipes: list[str], precision: str) -> dict:
    """Return what is timed, in the names of workflow/*.yaml."""
    config = {**read_yaml(ROOT / "config.yaml", "config.yaml"), "scale": "paper", "protocol": "text"}
    house = load_house(ROOT, config)
    settings = {name: house.recipes[name].settings("text") for name in recipes}
    return {
        "dataset": {},
        "model": house.models["preactresnet18"].specification(),
        "schedule": {**house.schedule("comixup").model_dump(), "precision": precision},
        "recipes": {BASE: {"method": "vanilla"}, "vanilla again": {"method": "vanilla"}, **settings},
    }


def random_images(n_images: int) -> ImageArrays:
    """Return a split of random images."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n_images, 32, 32, 3), dtype=np.uint8)
    return ImageArrays(images, rng.integers(0, N_CLASSES, n_images), {"classes": list(range(N_CLASSES))})


def main() -> int:
    """Print the seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu", help="auto, cpu or cuda (default cpu)")
    parser.add_argument("--precision", default="float32", help="float32 or bfloat16 (default float32)")
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), help="recipes beside vanilla")
    parser.add_argument("--images", type=int, default=1000, help="images of an epoch (default 1000)")
    parser.add_argument("--repetitions", type=int, default=5, help="repetitions (default 5)")
    parser.add_argument("--turns", type=int, default=5, help="turns of each method in a repetition (default 5)")
    parser.add_argument("--steps", type=int, default=4, help="steps in a turn (default 4)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    split = random_images(options.images)
    with lease(options.device) as device:
        tasks = assemble_recipes(timing(options.recipes, options.precision), split, split, device)
        repetitions = list(time_steps(tasks, Effort(options.repetitions, options.turns, options.steps)))
        print(f"{device_name(device)}, {options.precision}, {options.repetitions} repetitions")
    relative = relative_times(repetitions)
    for name, ratios in relative.items():
        spread = f" ± {statistics.stdev(ratios):.3f}" if len(ratios) > 1 else ""
        seconds = statistics.median(each[name] for each in repetitions)
        print(f"{name:28s} {1e3 * seconds:9.2f} ms  {statistics.mean(ratios):7.3f}{spread}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
