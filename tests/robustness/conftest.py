"""What the tests of the robustness room share: a small dataset, on disk, and a network that was trained on it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from mixsuite.data.arrays import load_dataset, write_split
from mixsuite.robustness.pixel_model import PixelModel
from mixsuite.training.loop import train_epoch
from mixsuite.training.outputs import write_model, write_run
from mixsuite.training.task import assemble
from mixsuite.training.trained import load_trained

CPU = torch.device("cpu")
CLASSES = list("abcdef")
RUN = {
    "dataset": {"kind": "folder", "name": "bars"},
    "model": {"family": "demo_cnn", "width": 4, "blocks": 1},
    "recipe": {"method": "vanilla"},
    "schedule": {
        "epochs": 8,
        "batch_size": 16,
        "learning_rate": 0.1,
        "momentum": 0.9,
        "nesterov": True,
        "weight_decay": 0.0001,
        "milestones": [],
        "decay": 0.1,
        "annealing": "steps",
        "gradient_norm": None,
        "warmup_epochs": 0,
        "padding": 0,
        "flip": False,
        "normalisation": "dataset",
        "loss": "cross_entropy",
        "precision": "float32",
        "resized_crop": None,
        "colour_jitter": 0,
        "lighting": 0,
    },
    "seed": 0,
}


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Compute on one thread: sums over several may differ in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """Write six classes of noisy images, each with a somewhat bright row of its own: 120 to train, 300 to test."""
    folder, rng = tmp_path_factory.mktemp("bars"), np.random.default_rng(0)
    for name, n_images in (("train", 120), ("test", 300)):
        labels = np.arange(n_images) % len(CLASSES)
        images = rng.integers(0, 160, (n_images, 8, 8, 1), dtype=np.uint8)
        images[np.arange(n_images), labels + 1] += 50
        description = {
            "dataset": {"kind": "digits", "name": "digits"},
            "mean": [0.35],
            "std": [0.2],
            "classes": CLASSES,
            "source": "made up",
        }
        write_split(folder / name, images, labels, description)
    return folder


@pytest.fixture(scope="session")
def splits(dataset):
    """Load the dataset: train, test, sha256."""
    return load_dataset(dataset)


@pytest.fixture(scope="session")
def run_folder(splits, tmp_path_factory):
    """Train on the dataset and leave what a training leaves."""
    train, test, sha256 = splits
    task = assemble(RUN, train, test, CPU)
    for epoch in range(RUN["schedule"]["epochs"]):
        train_epoch(task, epoch)
    task.model.eval()
    folder = tmp_path_factory.mktemp("run")
    write_model(folder / "model.safetensors", task)
    metrics = ("train_loss", "test_loss", "top1_error", "top5_error", "top1_error_even", "top1_error_odd")
    row = {"epoch": 8, **dict.fromkeys(metrics, 0.0), "seconds": 1.0, "images_per_second": 1.0}
    write_run(folder / "run.json", task, [row], {}, sha256, "c0de")
    return folder


@pytest.fixture
def trained(run_folder, splits):
    """Load the trained network anew."""
    return load_trained(run_folder, splits[1], splits[2], CPU)


@pytest.fixture
def new_network():
    """Make a small random network on pixels: seed, channels -> network; of float64, so that signs are no chance."""

    def make(seed=0, channels=3, n_classes=4):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = nn.Sequential(
                nn.Conv2d(channels, 5, 3, padding=1),
                nn.BatchNorm2d(5),
                nn.ReLU(),
                nn.Flatten(),
                nn.Linear(5 * 16, n_classes),
            )
            mean, std = torch.rand(channels, 1, 1) / 2, 0.2 + torch.rand(channels, 1, 1) / 3
        return PixelModel(network.eval(), mean, std).double()

    return make


@pytest.fixture
def new_images():
    """Make random images of bytes and labels: seed, channels -> pixels in [0, 1], labels."""

    def make(seed=0, channels=3, n_images=6, n_classes=4):
        generator = torch.Generator().manual_seed(seed)
        pixels = torch.randint(0, 256, (n_images, channels, 4, 4), generator=generator) / 255
        return pixels.double(), torch.randint(n_classes, (n_images,), generator=generator)

    return make
