"""What the tests of C-scores share: a small learnable dataset, prepared, and a run on it."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mixsuite.data.arrays import ImageArrays, load_dataset, write_split
from mixsuite.data.description import combined_sha256

ESTIMATE = {
    "dataset": {"kind": "folder", "name": "bars"},
    "model": {"family": "demo_cnn", "width": 4, "blocks": 1},
    "recipe": {"method": "vanilla"},
    "schedule": {
        "epochs": 2,
        "batch_size": 8,
        "learning_rate": 0.1,
        "momentum": 0.9,
        "nesterov": False,
        "weight_decay": 0.0005,
        "gradient_norm": None,
        "milestones": [],
        "decay": 0.1,
        "annealing": "steps",
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
    "ratios": [0.25, 0.5],
    "repeats": 2,
}


@pytest.fixture
def new_estimate():
    """Make the specification of an estimate: keys of the schedule, or whole parts, replaced."""

    def make(**changes):
        estimate = copy.deepcopy(ESTIMATE)
        for key, value in changes.items():
            (estimate if key in estimate else estimate["schedule"])[key] = value
        return estimate

    return make


@pytest.fixture(scope="session")
def bars(tmp_path_factory) -> Path:
    """Prepare three classes of noisy images, each with a bright row of its own: 24 to train and 9 to test on."""
    folder = tmp_path_factory.mktemp("bars")
    rng = np.random.default_rng(0)
    sha256 = {}
    for name, n_images in (("train", 24), ("test", 9)):
        labels = np.arange(n_images) % 3
        images = rng.integers(0, 120, (n_images, 8, 8, 1), dtype=np.uint8)
        images[np.arange(n_images), labels + 1] += 120
        statistics = {"mean": [0.3], "std": [0.2], "classes": list("abc"), "source": "made up"}
        statistics["dataset"] = ESTIMATE["dataset"]
        sha256[name] = write_split(folder / name, images, labels, statistics)
    (folder / "dataset.json").write_text(json.dumps({"sha256": combined_sha256(**sha256)}))
    return folder


@pytest.fixture(scope="session")
def train_split(bars) -> ImageArrays:
    """The training split of the bars."""
    return load_dataset(bars)[0]


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Compute on one thread: sums over several may differ in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
