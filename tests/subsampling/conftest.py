"""What the tests of subsampling share: a scoring, images in bytes, and a trained network in its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mixsuite.data.arrays import load_dataset, write_split
from mixsuite.data.loader import ResidentImages
from mixsuite.models.registry import build_model

CLASSES = 3
MODEL = {"family": "demo_cnn", "width": 4, "blocks": 1}
SCHEDULE = {
    "epochs": 1,
    "batch_size": 16,
    "learning_rate": 0.1,
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 0.0001,
    "milestones": [],
    "decay": 0.1,
    "warmup_epochs": 0,
    "padding": 0,
    "flip": False,
    "normalisation": "dataset",
    "loss": "cross_entropy",
    "precision": "float32",
    "resized_crop": None,
    "colour_jitter": 0,
    "lighting": 0,
    "annealing": "steps",
    "gradient_norm": None,
}
MIXED = {
    "kind": "mixed_losses",
    "images": 3,
    "alpha": 2 / 9,
    "draws": 4,
    "places": 1,
    "anchor_ratio": 0.5,
    "anchor_place": "outer",
    "partners": "any",
    "redraw_partners": True,
    "run": "0123456789ab",
    "seed": 0,
}


@pytest.fixture(scope="session")
def new_scoring() -> Callable[..., dict]:
    """Make the settings of scores by losses of mixed images, some of them replaced."""
    return lambda **changes: {**MIXED, **changes}


@pytest.fixture(scope="session")
def new_network() -> Callable[..., nn.Module]:
    """Make a small network whose normalisation has seen something, in evaluation mode."""

    def make(channels: int = 1, side: int = 8, n_classes: int = CLASSES) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            network = build_model(MODEL, n_classes=n_classes, in_channels=channels, image_size=side)
            for layer in network.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.running_mean.normal_()
                    layer.running_var.uniform_(0.5, 2)
        return network.eval()

    return make


@pytest.fixture(scope="session")
def new_images() -> Callable[..., ResidentImages]:
    """Make random images, classes in turn."""

    def make(count: int = 24, shape: tuple[int, int, int] = (1, 8, 8)) -> ResidentImages:
        generator = torch.Generator().manual_seed(1)
        images = torch.randint(256, (count, *shape), dtype=torch.uint8, generator=generator)
        mean, std = (torch.full((shape[0], 1, 1), value) for value in (120.0, 70.0))
        return ResidentImages(images, torch.arange(count) % CLASSES, mean, std)

    return make


def write_dataset(folder: Path, seed: int, sizes: dict[str, int]) -> str:
    rng = np.random.default_rng(seed)
    for name, count in sizes.items():
        images = rng.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
        statistics = {"mean": [0.5], "std": [0.25], "classes": list("abc"), "source": "made up"}
        write_split(folder / name, images, np.arange(count) % CLASSES, statistics)
    return load_dataset(folder)[2]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory) -> tuple[Path, str]:
    """60 images to train and 12 to test on, prepared; with its sha256."""
    folder = tmp_path_factory.mktemp("dataset")
    return folder, write_dataset(folder, 0, {"train": 60, "test": 12})


@pytest.fixture(scope="session")
def other_dataset(tmp_path_factory) -> tuple[Path, str]:
    """Other images of the same classes."""
    folder = tmp_path_factory.mktemp("other")
    return folder, write_dataset(folder, 1, {"train": 60, "test": 12})


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory, dataset, new_network) -> Path:
    """What a training on `dataset` leaves."""
    folder = tmp_path_factory.mktemp("run")
    save_file(new_network().state_dict(), folder / "model.safetensors")
    parts = {"dataset": {"name": "made up"}, "model": MODEL, "recipe": {"method": "vanilla"}, "schedule": SCHEDULE}
    content = {"specification": {**parts, "seed": 0}, "last": {"top1_error": 50.0}, "dataset": {"sha256": dataset[1]}}
    content["provenance"] = {}
    (folder / "run.json").write_text(json.dumps(content))
    return folder


@pytest.fixture(scope="session")
def new_subset() -> Callable[..., dict]:
    """Make the settings of a subset by high CV, some of them replaced, and none that its measure does not read."""
    settings = {
        "dataset": {"name": "made up"},
        "measure": "cv",
        "order": "high",
        "interval": 1,
        "pool": "class",
        "ddof": 0,
        "t": 0.25,
        "scores": "0123456789ab",
        "seed": 0,
    }
    sorts_nothing = {"order", "interval", "ddof"}
    unread = {"random": sorts_nothing | {"pool", "scores"}, "k_center": sorts_nothing}
    unread |= {measure: {"ddof"} for measure in ("mean", "bald", "variation_ratios")}

    def new(**changes):
        left_out = unread.get(changes.get("measure", "cv"), set()) - changes.keys()
        return {name: value for name, value in {**settings, **changes}.items() if name not in left_out}

    return new


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Compute on one thread: sums over several may differ in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
