"""What the tests of the mixing room share."""

import runpy
from pathlib import Path

import pytest
import torch

from mixsuite.models.registry import build_model


@pytest.fixture(scope="session")
def literal_dcutmix():
    """Give the per-sample loop of the pseudo-code: (images, targets, K, alpha, rng) -> (images, targets, boxes)."""
    return runpy.run_path(str(Path(__file__).with_name("literal_dcutmix.py")))["dcutmix"]


@pytest.fixture(scope="session")
def traced_batch():
    """Make a batch whose every pixel holds its own number, from 1, and whose every sample is a class of its own."""

    def make(batch_size, channels, height, width):
        numbers = torch.arange(1, batch_size * channels * height * width + 1, dtype=torch.float64)
        return numbers.view(batch_size, channels, height, width), torch.eye(batch_size, dtype=torch.float64)

    return make


@pytest.fixture(scope="session")
def traced_sources():
    """Read from composed images of a traced batch the sample that each pixel came from, -1 where it is blank.

    Fails where a pixel came from another place or channel, or where the channels of a pixel disagree.
    """

    def read(composed):
        _, channels, height, width = composed.shape
        size = channels * height * width
        number = composed.long() - 1
        source = torch.where(number < 0, -1, number // size)
        place = torch.where(number < 0, torch.arange(size).view(channels, height, width), number % size)
        assert torch.equal(place, torch.arange(size).view(1, channels, height, width).expand_as(place))
        assert (source == source[:, :1]).all()
        return source[:, 0]

    return read


@pytest.fixture(scope="session")
def toy_network():
    """Make a small network, the same each time, in training."""

    def make(n_classes=5, channels=3, side=8):
        torch.manual_seed(0)
        return build_model({"family": "demo_cnn", "width": 2, "blocks": 1}, n_classes, channels, side).train()

    return make


@pytest.fixture(scope="session")
def saliency_settings():
    """Give the settings of the methods that ask the network for its saliency, by name."""
    return {
        "puzzle_mix": {
            "alpha": 1.0,
            "beta": 1.2,
            "gamma": 0.5,
            "eta": 0.2,
            "labels": 3,
            "neighbourhood": 4,
            "transport": True,
            "transport_size": 4,
            "transport_cost": 0.8,
            "blocks": "random",
            "clean_weight": 0.0,
        },
        "co_mixup": {
            "alpha": 2.0,
            "beta": 0.32,
            "gamma": 1.0,
            "eta": 0.05,
            "threshold": 0.83,
            "threshold_type": "hard",
            "compatibility": 0.001,
            "blocks": 4,
            "part": 5,
            "iterations": 4,
            "resolve": True,
            "clean_weight": 1.0,
        },
    }


@pytest.fixture(scope="session")
def of_one_colour_each():
    """Make images that tell wherever a block of them is shown: image b is 1 in channel b, 0 in all others."""

    def make(batch_size, side):
        images = torch.eye(batch_size)[:, :, None, None].expand(-1, -1, side, side).contiguous()
        return images, torch.eye(batch_size)

    return make
