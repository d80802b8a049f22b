"""Speed of scoring N images by M mixes against plain inference on as many images, on one core; memory over N.

python tests/benchmarks/scoring_throughput.py [--network preactresnet18-w16 | demo] [--images 150] [--rounds 4]

Plain inference takes stored images, normalises them and takes the cross-entropy with their labels, in batches of the
same size and in the same layout. Scoring draws partners, shares and boxes besides, composes N · M images, and takes the
loss against their mixed labels. Both are timed in turns within one run, by the time of the processor; printed are
images per second in the best rounds and their ratio, which is to be at least 0.85 for the ResNet. The demo network on
8 x 8 images computes next to nothing: its ratio is told and has no target. Memory is that of the process, first after
N images and then after 8 N: what it grows by beside the images themselves and their losses is to stay below 16 MiB.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))

from mixsuite.data.loader import ResidentImages
from mixsuite.models.layout import fastest_layout
from mixsuite.models.registry import build_model
from mixsuite.subsampling.mixed_losses import _BATCH, score

TARGETS = {"preactresnet18-w16": 0.85, "demo": 0.0}
GROWTH = 16
NETWORKS = {
    # Model, (channels, side) of an image, classes.
    "preactresnet18-w16": ({"family": "preactresnet", "depth": 18, "width": 16}, (3, 32), 100),
    "demo": ({"family": "demo_cnn", "width": 16, "blocks": 1}, (1, 8), 10),
}
SCORING = {
    "images": 3,
    "alpha": 2 / 9,
    "draws": 10,
    "places": 1,
    "anchor_ratio": 0.5,
    "anchor_place": "outer",
    "partners": "any",
    "redraw_partners": True,
    "seed": 0,
}


def resident(count: int, channels: int, side: int, n_classes: int) -> ResidentImages:
    """Return random images."""
    images = torch.randint(256, (count, channels, side, side), dtype=torch.uint8)
    mean, std = (torch.full((channels, 1, 1), value) for value in (120.0, 60.0))
    return ResidentImages(images, torch.randint(n_classes, (count,)), mean, std)


@torch.inference_mode()
def infer(model: nn.Module, images: ResidentImages) -> None:
    """Take the loss of each image."""
    for batch in images.plain_batches(_BATCH["cpu"]):
        functional.cross_entropy(model(fastest_layout(batch.images)), batch.labels, reduction="none")


def mebibytes() -> float:
    """Return the largest memory that this process has had until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Print speeds, their ratio and the memory; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=NETWORKS, default="preactresnet18-w16", help="(default: the ResNet)")
    parser.add_argument("--images", type=int, default=150, help="anchors, N (default: 150)")
    parser.add_argument("--rounds", type=int, default=4, help="how often each is timed (default: 4)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    settings, (channels, side), n_classes = NETWORKS[options.network]
    model = build_model(settings, n_classes=n_classes, in_channels=channels, image_size=side).eval()
    model = fastest_layout(model)
    anchors = resident(options.images, channels, side, n_classes)
    count = options.images * SCORING["draws"]
    as_many = resident(count, channels, side, n_classes)
    plain, scored = [], []
    for _ in range(options.rounds):
        start = time.process_time()
        infer(model, as_many)
        between = time.process_time()
        score(SCORING, model, anchors, "float32", lambda done: None)
        plain.append(count / (between - start))
        scored.append(count / (time.process_time() - between))
    target = TARGETS[options.network]
    ratio = max(scored) / max(plain)
    print(f"{options.network}: {options.images} images x {SCORING['draws']} mixes of 3 images, one core")
    print(f"plain inference {max(plain):10.0f} images/s")
    print(f"scoring         {max(scored):10.0f} mixed images/s")
    print(f"ratio           {ratio:10.2f}   {f'(at least {target})' if target else '(no target)'}")
    more = resident(8 * options.images, channels, side, n_classes)
    before = mebibytes()
    losses = score(SCORING, model, more, "float32", lambda done: None)
    growth = mebibytes() - before - losses.nbytes / 2**20
    print(f"memory growth   {growth:10.1f} MiB with 8 N images (at most {GROWTH})")
    return 0 if ratio >= target and growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
