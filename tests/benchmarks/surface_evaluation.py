"""Speed of evaluating a surface against setting weights and looping a DataLoader, on one core.

python tests/benchmarks/surface_evaluation.py [--network demo | preactresnet18] [--points 6] [--rounds 3]

Both evaluate loss and error at the same perturbed weights. The loop is the usual one: the perturbed weights are copied
into the network parameter by parameter, and a DataLoader in this process takes the images, which are bytes, one by one,
normalises them and collates batches. The surface has normalised them once, and keeps images and network on the device
in the layout that is fastest there. Timed in turns within one run, by the time of the processor; printed are the best
of all rounds and their ratio, which is to be at least 1.5 for the demo network. With PreActResNet18 on a CPU nearly all
of the time is the convolutions', which are the same: there its ratio is told and has no target.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS.parent / "workflow" / "scripts"))

from mixsuite.landscape.evaluation import evaluate_points  # noqa: E402
from mixsuite.landscape.images import Labelled  # noqa: E402
from mixsuite.landscape.weights import Weights  # noqa: E402
from mixsuite.models.layout import fastest_layout  # noqa: E402
from mixsuite.models.registry import build_model  # noqa: E402

TARGETS = {"demo": 1.5, "preactresnet18": 0.0}
NETWORKS = {
    # Model, (channels, side) of an image, classes, images: as at the demo scale, and of CIFAR-100 in part.
    "demo": ({"family": "demo_cnn", "width": 32, "blocks": 1}, (1, 8), 10, 1197),
    "preactresnet18": ({"family": "preactresnet", "depth": 18}, (3, 32), 100, 250),
}
BATCH_SIZE = 250
"""Of the loop, as the suite's own test after each epoch has it."""


MEAN, STD = 0.5, 0.25


class Pixels(Dataset):
    """Images of bytes (N, C, H, W), each normalised when it is asked for."""

    def __init__(self, pixels: torch.Tensor, labels: torch.Tensor) -> None:
        self.pixels, self.labels = pixels, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, place: int) -> tuple[torch.Tensor, torch.Tensor]:
        return normalised(self.pixels[place]), self.labels[place]


def normalised(pixels: torch.Tensor) -> torch.Tensor:
    """Return bytes as float32, less the mean and divided by the standard deviation."""
    return pixels.float().div_(255).sub_(MEAN).div_(STD)


def loop(model: nn.Module, dataset: Dataset, points: list[torch.Tensor]) -> list[float]:
    """Return the mean loss at each of the `points`, in the usual way."""
    loader = DataLoader(dataset, batch_size=BATCH_SIZE)
    losses = []
    for point in points:
        nn.utils.vector_to_parameters(point, model.parameters())
        total, missed = 0.0, 0
        with torch.no_grad():
            for batch, wanted in loader:
                logits = model(batch)
                total += functional.cross_entropy(logits, wanted, reduction="sum").item()
                missed += (logits.argmax(dim=1) != wanted).sum().item()
        losses.append(total / len(dataset))
    return losses


def main() -> int:
    """Print both times and their ratio; return 1 where the ratio misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=NETWORKS, default="demo", help="(default: demo)")
    parser.add_argument("--points", type=int, default=6, help="of the surface (default 6)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default 3)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    settings, (channels, side), n_classes, count = NETWORKS[options.network]
    model = build_model(settings, n_classes=n_classes, in_channels=channels, image_size=side).eval()
    pixels = torch.randint(256, (count, channels, side, side), dtype=torch.uint8)
    labels = torch.randint(n_classes, (count,))
    plain, weights = copy.deepcopy(model), Weights(fastest_layout(model))
    centre = weights.vector()
    points = [centre + 0.002 * torch.randn(weights.size) for _ in range(options.points)]
    data = Labelled(fastest_layout(normalised(pixels)), labels)
    slow_times, fast_times = [], []
    for _ in range(options.rounds):
        start = time.process_time()
        expected = loop(plain, Pixels(pixels, labels), points)
        between = time.process_time()
        found = evaluate_points(weights, data, points)
        slow_times.append((between - start) / options.points)
        fast_times.append((time.process_time() - between) / options.points)
    apart = max(abs(a / b - 1) for a, b in zip(expected, found.loss.tolist(), strict=True))
    slow, fast, target = min(slow_times), min(fast_times), TARGETS[options.network]
    print(f"{options.network}: {weights.size} parameters, {count} images, losses agree to {apart:.1g}")
    print(f"DataLoader loop {1e3 * slow:8.1f} ms per point")
    print(f"surface         {1e3 * fast:8.1f} ms per point")
    print(f"ratio           {slow / fast:8.2f}   {f'(at least {target})' if target else '(no target on a CPU)'}")
    return 0 if slow / fast >= target else 1


if __name__ == "__main__":
    sys.exit(main())
