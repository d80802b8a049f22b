"""What the tests of the models room share."""

import pytest
import torch

from mixsuite.models.registry import build_model


@pytest.fixture(scope="session")
def count_parameters():
    """Count the parameters of a network, built without memory for its weights."""

    def count(model, n_classes=100, in_channels=3, image_size=32):
        with torch.device("meta"):
            network = build_model(model, n_classes, in_channels, image_size)
        return sum(parameter.numel() for parameter in network.parameters())

    return count
