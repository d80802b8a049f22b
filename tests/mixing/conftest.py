"""What the tests of the mixing room share."""

import runpy
from pathlib import Path

import pytest
import torch


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
