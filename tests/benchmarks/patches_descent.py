"""How fast the exact CutMix descent is: per step against d, for 10,000 steps, and against autograd on mixed images.

Run it from the project's folder: python tests/benchmarks/patches_descent.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from math import comb
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))

from mixsuite.patches.distribution import draw_weights
from mixsuite.patches.experiment import Experiment
from mixsuite.patches.network import SmoothedLeakyReLU, logits, patch_outputs
from mixsuite.patches.setting import Setting
from mixsuite.randomness import stream

PAPER = Setting(
    patches=3,
    dimension=2000,
    samples=300,
    sigma_d=0.25,
    sigma_b=0.15,
    alpha=0.005,
    rho=(0.8, 0.15, 0.05),
    rarity=("common", "rare", "extremely_rare"),
    beta=0.1,
    r=1.0,
    learning_rate=1.0,
    cut_size=1,
    steps=10_000,
    sigma_0=0.01,
    test_samples=20_000,
)
LIMIT_SECONDS = 12
LIMIT_RATIO = 20
# Mixed images of more samples than this do not fit into memory: n^2 2^P P d numbers.
REFERENCE_SAMPLES = 24


def main() -> int:
    """Print the measurements; return 1 if one of them misses its limit."""
    torch.set_num_threads(1)
    cpu = torch.device("cpu")
    per_step = {}
    for dimension in (2000, 8000):
        descent = Experiment(replace(PAPER, dimension=dimension), "cutmix", 0, cpu).descent
        per_step[dimension] = seconds(lambda descent=descent: descent.advance(1), repeats=1000)
        print(f"d = {dimension}: {1e6 * per_step[dimension]:.0f} us a step")
    print(f"ratio of the two: {per_step[8000] / per_step[2000]:.2f}")

    print(f"{PAPER.steps} steps from the time of one: {PAPER.steps * per_step[2000]:.1f} s")

    start = time.perf_counter()
    Experiment(PAPER, "cutmix", 0, cpu).descent.advance(PAPER.steps)
    whole = time.perf_counter() - start
    print(f"{PAPER.steps} steps measured, with the draw of the data: {whole:.1f} s (at most {LIMIT_SECONDS})")

    mixed = ratio_to("autograd on mixed images", outputs_of_mixed_images, REFERENCE_SAMPLES)
    ratio_to("autograd on sums of patch outputs", outputs_from_patches, PAPER.samples)
    print(f"the first of the two ratios is to be at least {LIMIT_RATIO}")
    return int(whole > LIMIT_SECONDS or mixed < LIMIT_RATIO)


def ratio_to(title: str, outputs: Callable[..., Tensor], samples: int) -> float:
    """Print and return how many times longer a step of plain descent takes, once both agree on a step."""
    experiment = Experiment(replace(PAPER, samples=samples), "cutmix", 0, torch.device("cpu"))
    plain = PlainDescent(experiment, outputs)
    plain.step()
    experiment.descent.advance(1)
    found = plain.weights @ experiment.data.dictionary.T
    torch.testing.assert_close(found, experiment.descent.projections, rtol=0, atol=1e-12)
    slow = seconds(plain.step, repeats=3)
    fast = seconds(lambda: experiment.descent.advance(1), repeats=300)
    print(f"n = {samples}: {title} {1e3 * slow:.1f} ms a step, Gram {1e3 * fast:.3f} ms, ratio {slow / fast:.0f}")
    return slow / fast


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the least mean time of a call over five rounds, after one round to warm up."""
    rounds = []
    for _ in range(6):
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        rounds.append((time.perf_counter() - start) / repeats)
    return min(rounds[1:])


def outputs_of_mixed_images(weights: Tensor, images: Tensor, subsets: Tensor, activation: SmoothedLeakyReLU) -> Tensor:
    """Return f (2^P, n, n) of every mixed image, built patch by patch."""
    mixed = torch.where(subsets[:, None, None, :, None], images[None, :, None], images[None, None, :])
    n, patches, dimension = images.shape
    return logits(weights, mixed.view(-1, patches, dimension), activation).view(-1, n, n)


def outputs_from_patches(weights: Tensor, images: Tensor, subsets: Tensor, activation: SmoothedLeakyReLU) -> Tensor:
    """Return f (2^P, n, n) as sums of the patches' outputs."""
    table = patch_outputs(torch.einsum("sd,npd->snp", weights, images), activation)
    firsts, seconds = subsets.double() @ table.T, (~subsets).double() @ table.T
    return firsts[:, :, None] + seconds[:, None, :]


class PlainDescent:
    """Descent on W itself: the poster's loss of all n^2 2^P outputs f (2^P, n, n), its gradient by autograd."""

    def __init__(self, experiment: Experiment, outputs: Callable[..., Tensor]) -> None:
        """Start where the experiment starts."""
        self.setting, self.labels, self.outputs = experiment.setting, experiment.data.labels, outputs
        self.images = experiment.data.images()
        self.activation = experiment.activation
        self.weights = draw_weights(self.setting, stream(experiment.seed, "initial weights"))
        self.subsets = torch.tensor(list(product((False, True), repeat=self.setting.patches)))

    def step(self) -> None:
        """Take a step."""
        patches, n = self.setting.patches, len(self.labels)
        sizes = self.subsets.sum(1).tolist()
        probability = torch.tensor([1 / (patches + 1) / comb(patches, size) for size in sizes], dtype=torch.float64)
        share = self.subsets.double().mean(1)[:, None, None]
        leaf = self.weights.requires_grad_()
        f = self.outputs(leaf, self.images, self.subsets, self.activation)
        first = torch.log1p(torch.exp(-self.labels[:, None] * f))
        second = torch.log1p(torch.exp(-self.labels[None, :] * f))
        loss = (probability[:, None, None] * (share * first + (1 - share) * second)).sum() / n**2
        (gradient,) = torch.autograd.grad(loss, leaf)
        self.weights = leaf.detach() - self.setting.learning_rate * gradient


if __name__ == "__main__":
    sys.exit(main())
