"""A training epoch on CIFAR-sized images against the same epoch through torchvision's transforms and a DataLoader.

python tests/benchmarks/epoch_loading.py [--images 6400] [--rounds 3] [--workers 0] [--model JSON]
    [--precision float32] [--output-json FILE]

Both train the same network on the same random 32 x 32 images, with crops (padding 4) and flips, in as many steps and
on one core; the DataLoader may be given workers. Both are timed in turns within one run. Printed are the shortest times
of a whole epoch and of its data alone (loading and augmentation), and their ratios; that of whole epochs is to be at
least 1.3. The plain loop computes in float32 whatever the precision of the other. The smaller the network, the larger
the ratio: by default it is the wide demo network. The page of the evidence shows what
`--output-json docs/evidence/throughput.json` keeps, of the network that was trained there.
"""

import argparse
import copy
import json
import platform
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))

from mixsuite.data.arrays import ImageArrays
from mixsuite.files import write_json
from mixsuite.training.loop import train_epoch
from mixsuite.training.specification import PRECISIONS
from mixsuite.training.task import Task, assemble

BATCH_SIZE, N_CLASSES, TARGET = 64, 100, 1.3
MEAN, STD = [0.507, 0.487, 0.441], [0.267, 0.256, 0.276]
MODEL = {"family": "demo_cnn", "width": 16, "blocks": 1}
SCHEDULE = {
    "epochs": 1000,
    "batch_size": BATCH_SIZE,
    "learning_rate": 0.01,
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 1e-4,
    "milestones": [],
    "decay": 0.1,
    "annealing": "steps",
    "gradient_norm": None,
    "warmup_epochs": 0,
    "padding": 4,
    "flip": True,
    "normalisation": {"mean": MEAN, "std": STD},
    "loss": "cross_entropy",
    "resized_crop": None,
    "colour_jitter": 0,
    "lighting": 0,
}


class PerImage(Dataset):
    """Images as torchvision's CIFAR hands them out: one by one, as PIL images, through the transforms."""

    def __init__(self, split: ImageArrays) -> None:
        """Take over the arrays and the usual transforms."""
        self.split = split
        crop, flip = transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()
        self.transform = transforms.Compose([crop, flip, transforms.ToTensor(), transforms.Normalize(MEAN, STD)])

    def __len__(self) -> int:
        return len(self.split.labels)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.split.images[number])), int(self.split.labels[number])


def plain_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader) -> None:
    """Train one epoch as tutorials do."""
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


def our_data(task: Task) -> None:
    """Make one epoch's batches."""
    for _ in task.train.training_batches(BATCH_SIZE, seed=0, epoch=0):
        pass


def plain_data(loader: DataLoader) -> None:
    """Make one epoch's batches."""
    for _ in loader:
        pass


def fewest_seconds(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the fewest seconds of each call; each round times them all, one after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return {name: min(values) for name, values in seconds.items()}


def processor() -> str:
    """Return the model of the CPU where the system tells it, or its kind."""
    found = re.search(r"^model name\s*:\s*(.+)$", _cpuinfo(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _cpuinfo() -> str:
    file = Path("/proc/cpuinfo")
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def main() -> int:
    """Print the times and their ratios; return 1 where the ratio of whole epochs misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=6400, help="images of an epoch (default 6400)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default 3)")
    parser.add_argument("--workers", type=int, default=0, help="worker processes of the DataLoader (default 0)")
    parser.add_argument("--model", type=json.loads, default=MODEL, help="settings of the network, JSON")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32", help="of the suite's own epoch")
    parser.add_argument("--output-json", type=Path, metavar="FILE", help="the same for programs")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (options.images, 32, 32, 3), dtype=np.uint8)
    split = ImageArrays(images, rng.integers(0, N_CLASSES, options.images), {"classes": list(range(N_CLASSES))})
    schedule = {**SCHEDULE, "precision": options.precision}
    run = {"dataset": {}, "model": options.model, "recipe": {"method": "vanilla"}, "schedule": schedule, "seed": 0}
    task = assemble(run, split, split, torch.device("cpu"))
    model = copy.deepcopy(task.model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
    loader = DataLoader(PerImage(split), BATCH_SIZE, shuffle=True, num_workers=options.workers)
    found = fewest_seconds(
        {
            "plain epoch": lambda: plain_epoch(model, optimizer, loader),
            "our epoch": lambda: train_epoch(task, 0),
            "plain data": lambda: plain_data(loader),
            "our data": lambda: our_data(task),
        },
        options.rounds,
    )
    print(f"{options.images} images, {json.dumps(options.model)}, {options.workers} workers, {options.precision}")
    for name, seconds in found.items():
        print(f"{name:12s} {seconds:7.3f} s")
    ratio = found["plain epoch"] / found["our epoch"]
    print(f"data ratio   {found['plain data'] / found['our data']:7.1f}")
    print(f"data share   {100 * found['our data'] / found['our epoch']:7.1f} % of our epoch")
    print(f"epoch ratio  {ratio:7.2f}   (at least {TARGET})")
    if options.output_json:
        asked = {key: getattr(options, key) for key in ("images", "rounds", "workers", "model", "precision")}
        measured = {
            "seconds": found,
            "epoch_ratio": ratio,
            "threads": torch.get_num_threads(),
            "processor": processor(),
        }
        write_json(options.output_json, {**asked, "batch_size": BATCH_SIZE, **measured})
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
