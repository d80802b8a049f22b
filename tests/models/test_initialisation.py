import torch
from torch import nn

from mixsuite.models.initialisation import he_fan_out


def test_convolutions_are_normal_with_he_s_variance_and_the_rest_stays():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(64, 128, 3, groups=4), nn.BatchNorm2d(128), nn.Linear(128, 4))
    linear = network[2].weight.clone()
    network.apply(he_fan_out)
    weights = network[0].weight
    assert abs(weights.std() - (2 / (9 * 128)) ** 0.5) < 0.001
    assert abs(weights.mean()) < 0.001
    assert (network[1].weight == 1).all()
    assert torch.equal(network[2].weight, linear)
