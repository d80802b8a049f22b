"""What the tests of the landscape share: a small network with batch normalisation, and images to measure it on."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from mixsuite.landscape.images import Labelled

LANDSCAPE = {
    "run": "0123456789ab",
    "parameters": "all",
    "hessian": {
        "engine": "lanczos",
        "order": "magnitude",
        "split": "test",
        "images": 20,
        "batch_size": 50,
        "tolerance": 1e-3,
        "iterations": 100,
    },
    "spectrum": {"probes": 2, "steps": 5, "trace_probes": 3},
    "surface": {"images": None, "radius": 0.1, "points": 3, "scaling": "unit"},
    "gaussian": {"images": 25, "sigmas": [0.002, 0.012], "draws": 3, "scaling": "absolute"},
    "seed": 0,
}


@pytest.fixture(scope="session")
def new_landscape() -> Callable[..., dict]:
    """Make a specification: whole parts, or keys of a part (`hessian__order=...`), replaced."""

    def make(**changes) -> dict:
        landscape = copy.deepcopy(LANDSCAPE)
        for name, value in changes.items():
            part, _, key = name.partition("__")
            if key:
                landscape[part][key] = value
            else:
                landscape[part] = value
        return landscape

    return make


@pytest.fixture(scope="session")
def new_network() -> Callable[..., nn.Module]:
    """Make a network of 234 parameters for images (2, 5, 5) and 4 classes, in evaluation mode."""

    def make(seed: int = 0, dtype: torch.dtype = torch.float64) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = nn.Sequential(
                nn.Conv2d(2, 3, 3, bias=False),
                nn.BatchNorm2d(3),
                nn.Tanh(),
                nn.Flatten(),
                nn.Linear(27, 5),
                nn.BatchNorm1d(5),
                nn.Tanh(),
                nn.Linear(5, 4),
            )
            for layer in network:
                if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
                    layer.running_mean.normal_()
                    layer.running_var.uniform_(0.5, 2)
                    nn.init.uniform_(layer.weight, 0.5, 2)
        return network.to(dtype).eval()

    return make


@pytest.fixture(scope="session")
def new_data() -> Callable[..., Labelled]:
    """Make random images (2, 5, 5) of 4 classes."""

    def make(count: int = 30, seed: int = 0, dtype: torch.dtype = torch.float64) -> Labelled:
        generator = torch.Generator().manual_seed(seed)
        images = torch.randn(count, 2, 5, 5, generator=generator, dtype=dtype)
        return Labelled(images, torch.randint(4, (count,), generator=generator))

    return make


@pytest.fixture(scope="session")
def dense_hessian() -> Callable[[nn.Module, Labelled, list[str]], torch.Tensor]:
    """Compute the Hessian as a matrix, over all images at once: each row is the gradient of a gradient's entry."""

    def compute(network: nn.Module, data: Labelled, names: list[str]) -> torch.Tensor:
        parameters = [dict(network.named_parameters())[name] for name in names]
        chosen = network(data.images).log_softmax(dim=1)[torch.arange(len(data)), data.labels]
        first = torch.autograd.grad(-chosen.mean(), parameters, create_graph=True)
        entries = torch.cat([part.reshape(-1) for part in first])
        chosen = torch.eye(len(entries), dtype=entries.dtype)
        rows = torch.autograd.grad(entries, parameters, chosen, is_grads_batched=True)
        return torch.cat([part.flatten(1) for part in rows], dim=1)

    return compute


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Compute on one thread: sums over several may differ in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
