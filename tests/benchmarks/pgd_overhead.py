"""Time of PGD with k steps against that of k + 1 bare forward and backward passes, which it may cost.

python tests/benchmarks/pgd_overhead.py [--rounds 7] [--device cpu]

k = 10. Two networks: the demo scale's on 250 images 1×8×8, where what PGD does besides weighs most, and PreActResNet18
on 16 images 3×32×32. Both are timed in turns within one run; printed are the medians of all rounds and their ratio,
which is to be at most 1.05, and the time over that of the k passes alone.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))

from mixsuite.models.registry import build_model
from mixsuite.robustness.ascent import cross_entropy
from mixsuite.robustness.pixel_model import PixelModel
from mixsuite.robustness.registry import build_attack

STEPS, TARGET = 10, 1.05
PGD = {"method": "pgd", "epsilon": 8, "step_size": 2, "steps": STEPS, "start": "random", "space": "pixels"}
CASES = {
    "demo network": ({"family": "demo_cnn", "width": 32, "blocks": 1}, 250, 1, 8),
    "PreActResNet18": ({"family": "preactresnet", "depth": 18}, 16, 3, 32),
}


def bare_passes(model: nn.Module, pixels: torch.Tensor, labels: torch.Tensor, n_passes: int) -> None:
    """Take the gradient of the loss by the pixels, and do nothing with it."""
    for _ in range(n_passes):
        leaf = pixels.detach().requires_grad_()
        torch.autograd.grad(cross_entropy(model(leaf), labels).sum(), leaf)


def seconds(call: Callable[[], object], device: torch.device) -> float:
    """Return the time of a call, the device waited for."""
    start = time.perf_counter()
    call()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def main() -> int:
    """Print times and ratios; return 1 where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed (default 7)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    device = torch.device(options.device)
    missed = False
    for name, (settings, batch_size, channels, size) in CASES.items():
        torch.manual_seed(0)
        network = build_model(settings, n_classes=10, in_channels=channels, image_size=size)
        mean, std = torch.full((2, channels, 1, 1), 0.5)
        model = PixelModel(network.eval().requires_grad_(False), mean, std).to(device)
        pixels = torch.rand(batch_size, channels, size, size, device=device)
        labels = torch.randint(10, (batch_size,), device=device)
        attack, generator = build_attack(PGD, std.to(device)), torch.Generator(device).manual_seed(0)

        bare_passes(model, pixels, labels, 2)
        of_passes, of_attack = [], []
        for _ in range(options.rounds):
            of_passes.append(seconds(lambda: bare_passes(model, pixels, labels, STEPS + 1), device))  # noqa: B023
            of_attack.append(seconds(lambda: attack(model, pixels, labels, generator), device))  # noqa: B023
        passes, whole = statistics.median(of_passes), statistics.median(of_attack)
        ratio = whole / passes
        missed |= ratio > TARGET
        print(f"{name}")
        print(f"  {STEPS + 1} bare passes   {1e3 * passes:8.1f} ms")
        print(f"  PGD, {STEPS} steps   {1e3 * whole:8.1f} ms")
        print(f"  ratio            {ratio:8.3f}   (at most {TARGET})")
        print(f"  over {STEPS} passes   {whole / passes * (STEPS + 1) / STEPS:8.3f}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
