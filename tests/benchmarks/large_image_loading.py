"""A training epoch's images from an index against the same through torchvision's ImageFolder and a DataLoader.

python tests/benchmarks/large_image_loading.py [--folder FOLDER] [--workers 0 1 2] [--rounds 3]

Both decode the same files, cut random resized crops of 224 pixels, mirror half of them, jitter their colours and add
lighting noise (as clovaai/CutMix-PyTorch does it, image by image) and normalise, with the same number of workers, on
the CPU; both are timed in turns within one run. Printed are images per second and their ratio, which is to be at least
1 on a machine with nothing else to do. FOLDER holds train/ and val/ with class folders; by default, 256 JPEGs of
500 x 375 pixels are made.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))

from mixsuite.data.colour import lighting
from mixsuite.data.index import load_index
from mixsuite.data.indexed import Augmentation, open_indexed
from mixsuite.data.registry import index
from mixsuite.data.resized_crop import ResizedCrop

BATCH_SIZE, SIZE, JITTER, LIGHTING, TARGET = 64, 224, 0.4, 0.1, 1.0
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CROP = ResizedCrop(SIZE, 256, (0.08, 1.0), (3 / 4, 4 / 3))


def in_grey(image: torch.Tensor) -> torch.Tensor:
    """Return an image (3, H, W) in grey, in all channels."""
    return (image * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(0).expand_as(image)


def change_colours(image: torch.Tensor) -> torch.Tensor:
    """Jitter and light one image (3, H, W) as the released code does, one change after the other."""
    goals = [torch.zeros_like, lambda now: in_grey(now).mean().expand_as(now), in_grey]
    for goal in random.sample(goals, len(goals)):
        image = torch.lerp(image, goal(image), random.uniform(-JITTER, JITTER))
    return image + lighting(LIGHTING * torch.randn(1, 3)).view(3, 1, 1)


def make_images(folder: Path) -> None:
    """Write smooth random JPEGs in the usual layout."""
    rng = np.random.default_rng(0)
    for split, count in (("train", 64), ("val", 1)):
        for number in range(4):
            (folder / split / f"class{number}").mkdir(parents=True)
            for name in range(count):
                small = Image.fromarray(rng.integers(0, 256, (47, 63, 3), dtype=np.uint8))
                large = small.resize((500, 375), Image.Resampling.BICUBIC)
                large.save(folder / split / f"class{number}" / f"{name}.jpg", quality=95)


def seconds(batches: Iterable[object]) -> float:
    """Return how long it takes to make all batches."""
    start = time.perf_counter()
    for _ in batches:
        pass
    return time.perf_counter() - start


def compare(folder: Path, workers: int, rounds: int) -> float:
    """Print images per second of both; return ours divided by theirs."""
    with tempfile.TemporaryDirectory() as prepared:
        index({"kind": "large_folder", "name": "benchmark"}, str(folder), Path(prepared) / "index")
        train, _, _ = load_index(Path(prepared) / "index")
    device, n = torch.device("cpu"), len(train.labels)
    ours = open_indexed(train, MEAN, STD, Augmentation(CROP, True, JITTER, LIGHTING), device, workers)
    view = [transforms.RandomResizedCrop(SIZE), transforms.RandomHorizontalFlip(), transforms.ToTensor()]
    transform = transforms.Compose([*view, change_colours, transforms.Normalize(MEAN, STD)])
    theirs = DataLoader(
        ImageFolder(folder / "train", transform),
        BATCH_SIZE,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )
    # The first round starts the workers.
    found = [(seconds(ours.training_batches(BATCH_SIZE, 0, epoch)), seconds(theirs)) for epoch in range(rounds + 1)]
    fewest = [min(column) for column in zip(*found[1:], strict=True)]
    ratio = fewest[1] / fewest[0]
    print(f"{workers} workers: {n / fewest[0]:6.0f} images/s, torchvision {n / fewest[1]:6.0f}, ratio {ratio:.2f}")
    return ratio


def main() -> int:
    """Print the rates and their ratios; return 1 where a ratio misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="class folders of real images (default: made ones)")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2], help="worker processes (default 0 1 2)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default 3)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as made:
        if not options.folder:
            make_images(Path(made))
        folder = options.folder or Path(made)
        ratios = [compare(folder, workers, options.rounds) for workers in options.workers]
    return 0 if min(ratios) >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
