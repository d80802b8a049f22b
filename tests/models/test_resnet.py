import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from mixsuite.models.resnet import build


@pytest.mark.parametrize(("depth", "parameters"), [(50, 25_557_032), (152, 60_192_808)])
def test_parameters(count_parameters, depth, parameters):
    assert count_parameters({"family": "resnet", "depth": depth}, n_classes=1000, image_size=224) == parameters


def test_features_are_torchvision_s():
    torch.manual_seed(0)
    network = build(n_classes=5, in_channels=3, image_size=64, depth=18)
    torch.manual_seed(0)
    original = resnet18(num_classes=5)
    original.fc = nn.Identity()
    images = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(network.features(images), original(images))
