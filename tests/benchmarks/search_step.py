"""Time of a search step against that of a literal loop over edges and operations, which backpropagates to everything.

python tests/benchmarks/search_step.py [--rounds 7] [--device cpu] [--cells 3] [--batch 16]

A step is one of the architecture and one of the weights, on batches 3×32×32, K = 4, 16 channels, 4 nodes. Both
supernets have the same weights and are timed in turns within one run; printed are the medians of all rounds and their
ratio, which is to be at least 1.3.
"""

import argparse
import runpy
import statistics
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow" / "scripts"))

from mixsuite.data.arrays import ImageArrays
from mixsuite.search.bilevel import architecture_step, weight_step
from mixsuite.search.task import assemble_search

TARGET = 1.3
SEARCH = {
    "channels": 16, "nodes": 4, "partial": 4, "epochs": 50, "warmup_epochs": 15, "learning_rate": 0.1,
    "final_learning_rate": 0.0, "momentum": 0.9, "weight_decay": 3e-4, "gradient_norm": 5,
    "architecture_learning_rate": 6e-4, "architecture_betas": [0.5, 0.999], "architecture_weight_decay": 1e-3,
    "architecture_gradient_norm": 10, "split": "stratified", "weight_share": 0.5, "padding": 4, "flip": True,
    "normalisation": "dataset",
}  # fmt: skip


def literal_step(network, architecture, optimizers, batches) -> None:
    """Take a step of each level as PC-DARTS' code does, with the gradients of both levels each time."""
    adam, sgd = optimizers
    for batch, parameters, limit, optimizer in (
        (batches[0], architecture.parameters(), 10, adam),
        (batches[1], network.parameters(), 5, sgd),
    ):
        adam.zero_grad()
        sgd.zero_grad()
        functional.cross_entropy(network(batch.images, architecture), batch.labels).backward()
        nn.utils.clip_grad_norm_(parameters, limit)
        optimizer.step()


def seconds(call, device: torch.device) -> float:
    """Return the time of a call, the device waited for."""
    start = time.perf_counter()
    call()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def main() -> int:
    """Print times and the ratio; return 1 where it misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed (default 7)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--cells", type=int, default=3, help="cells of the supernet; the paper's has 8 (default 3)")
    parser.add_argument("--batch", type=int, default=16, help="images in a batch; the paper's has 256 (default 16)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    device = torch.device(options.device)
    rng = np.random.default_rng(0)
    n_images = 2 * options.batch
    labels = np.arange(n_images) % 10
    description = {"mean": [0.5] * 3, "std": [0.25] * 3, "classes": [str(label) for label in range(10)]}
    images = ImageArrays(rng.integers(0, 256, (n_images, 32, 32, 3), dtype=np.uint8), labels, description)
    settings = {**SEARCH, "cells": options.cells, "batch_size": options.batch}
    task = assemble_search({"dataset": {}, "search": settings, "seed": 0}, images, device)
    literal = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "search" / "literal_pc_darts.py")))
    slow = literal.LiteralSupernet(10, 3, 16, options.cells, 4, 4)
    literal.copy_weights(task.supernet, slow)
    slow = slow.to(device)
    weights = torch.optim.SGD(slow.parameters(), 0.1, momentum=0.9, weight_decay=3e-4)
    architecture = torch.optim.Adam(task.architecture.parameters(), 6e-4, (0.5, 0.999), weight_decay=1e-3)
    batches = [
        next(part.training_batches(options.batch, 0, 0)) for part in (task.architecture_images, task.weight_images)
    ]

    def fast() -> None:
        architecture_step(task, batches[0])
        weight_step(task, batches[1], 0.1)

    def reference() -> None:
        literal_step(slow, task.architecture, (architecture, weights), batches)

    times = {"literal loop": [], "search step": []}
    for call in (reference, fast):
        call()
    for _ in range(options.rounds):
        times["literal loop"].append(seconds(reference, device))
        times["search step"].append(seconds(fast, device))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name:<14}{1e3 * median:10.1f} ms")
    ratio = medians["literal loop"] / medians["search step"]
    print(f"{'ratio':<14}{ratio:10.2f}      (at least {TARGET})")
    return int(ratio < TARGET)


if __name__ == "__main__":
    sys.exit(main())
