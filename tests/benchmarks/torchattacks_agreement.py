"""How far FGSM and PGD are from those of torchattacks, started alike, on small random networks.

pip install --no-deps torchattacks==3.5.1
python tests/benchmarks/torchattacks_agreement.py

It is no requirement of the tests, since it pins an old `requests`, which it needs for downloads alone. Printed is the
largest difference of any pixel in [0, 1]; it is to be below 1e-6.
"""

import sys
import types
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))
sys.modules.setdefault("requests", types.ModuleType("requests"))

import torchattacks  # noqa: E402

from mixsuite.robustness.pixel_model import PixelModel  # noqa: E402
from mixsuite.robustness.registry import build_attack  # noqa: E402

TARGET, NETWORKS = 1e-6, 20
FGSM = {"method": "fgsm", "epsilon": 8, "space": "pixels"}
PGD = {"method": "pgd", "epsilon": 8, "step_size": 2, "steps": 10, "space": "pixels"}


def differences(seed: int) -> list[float]:
    """Return the largest differences of FGSM, and of PGD from both starts, on one random network."""
    torch.manual_seed(seed)
    channels = 1 + 2 * (seed % 2)
    layers = nn.Conv2d(channels, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 64, 5)
    std = 0.2 + 0.3 * torch.rand(channels, 1, 1)
    model = PixelModel(nn.Sequential(*layers).eval(), torch.rand(channels, 1, 1) / 2, std)
    images, labels = torch.randint(0, 256, (16, channels, 8, 8)) / 255, torch.randint(5, (16,))
    generator = torch.Generator()
    pairs = [(torchattacks.FGSM(model, eps=8 / 255)(images, labels), build_attack(FGSM, std))]
    for start in ("random", "image"):
        theirs = torchattacks.PGD(model, eps=8 / 255, alpha=2 / 255, steps=10, random_start=start == "random")
        # They draw from the global generator, which a generator of the same seed repeats.
        torch.manual_seed(99)
        pairs.append((theirs(images, labels), build_attack({**PGD, "start": start}, std)))
    return [
        (theirs - ours(model, images, labels, generator.manual_seed(99))).abs().max().item() for theirs, ours in pairs
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    worst = max(difference for seed in range(NETWORKS) for difference in differences(seed))
    print(f"largest difference {worst:.1e}, {'below' if worst < TARGET else 'NOT below'} {TARGET:g}")
