"""What the tests of fine-tuning share: a pretrained network, a small target, and a specification."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest
import torch

from mixsuite.data.arrays import ImageArrays
from mixsuite.models.registry import build_model
from mixsuite.transfer.pretrained import Pretrained

MODEL = {"family": "demo_cnn", "width": 4, "blocks": 1}
VANILLA = {"method": "vanilla"}
CUTMIX = {"method": "cutmix", "alpha": 1.0, "probability": 1.0}
SMALL_CUTMIX = {"method": "small_cutmix", "alpha": 1.0, "probability": 1.0, "largest": 0.25}
HEAD = {"epochs": 2, "learning_rate": 0.1, "unfrozen_stages": 0, "recipe": VANILLA}
LATE = {"epochs": 1, "learning_rate": 0.05, "unfrozen_stages": 1, "recipe": SMALL_CUTMIX}
EARLY = {"epochs": 2, "learning_rate": 0.05, "unfrozen_stages": "all", "recipe": CUTMIX}
TRANSFER = {
    "pretrained": {"training": "0123456789ab"},
    "dataset": {"kind": "folder", "name": "bars"},
    "images_per_class": 5,
    "training": {
        "batch_size": 6,
        "momentum": 0.9,
        "nesterov": True,
        "weight_decay": 0.01,
        "padding": 1,
        "flip": True,
        "precision": "float32",
        "image_size": None,
    },
    "treatments": {
        "early": {"start": "pretrained", "phases": [EARLY]},
        "scratch": {"start": "scratch", "phases": [EARLY]},
        "staged": {"start": "pretrained", "phases": [HEAD, LATE]},
    },
    "seed": 0,
}


@pytest.fixture(scope="session")
def new_transfer() -> Callable[..., dict]:
    """Make a specification with changes of whole settings."""
    return lambda **changes: copy.deepcopy(TRANSFER) | changes


@pytest.fixture(scope="session")
def splits() -> tuple[ImageArrays, ImageArrays]:
    """Grey images 8 x 8 of three classes, noise with a bright bar: (train, test), ten and seven of each class."""
    rng = np.random.default_rng(0)

    def split(count: int) -> ImageArrays:
        labels = np.repeat(np.arange(3), count)
        images = rng.integers(0, 120, (len(labels), 8, 8, 1), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[2 * label + 1] += 100
        return ImageArrays(images, labels, {"classes": list("abc"), "mean": [0.3], "std": [0.2]})

    return split(10), split(7)


@pytest.fixture(scope="session")
def new_pretrained() -> Callable[..., Pretrained]:
    """Make the result of a training on grey images 8 x 8 of five classes, its buffers random, too."""

    def make(**changes) -> Pretrained:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            network = build_model(MODEL, n_classes=5, in_channels=1, image_size=8)
            for name, tensor in network.state_dict().items():
                if "running" in name:
                    tensor.uniform_(0.5, 1.5)
        what = {"settings": MODEL, "weights": network.state_dict(), "mean": [0.3], "std": [0.2], "image_size": 8}
        return Pretrained(**what | changes)

    return make


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Compute on one thread: sums over several may differ in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
