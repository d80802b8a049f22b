import pytest
import torch
from torch import nn
from torch.nn import functional

from mixsuite.models.cifar_resnet import build

TINY = {"n_classes": 10, "in_channels": 3, "image_size": 32, "width": 2}


@pytest.mark.parametrize(("depth", "parameters"), [(18, 11_173_962), (34, 21_282_122)])
def test_parameters(count_parameters, depth, parameters):
    assert count_parameters({"family": "cifar_resnet", "depth": depth}, n_classes=10) == parameters


def test_stages_halve_the_image_three_times_and_the_stem_never():
    network = build(**TINY, depth=34)
    hidden, sizes = network.stem(torch.randn(2, 3, 32, 32)), []
    for stage in network.stages:
        hidden = stage(hidden)
        sizes.append(hidden.shape[1:])
    assert sizes == [(2, 32, 32), (4, 16, 16), (8, 8, 8), (16, 4, 4)]
    assert [len(stage) for stage in network.stages] == [3, 4, 6, 3]


def test_a_block_written_out():
    first, second = build(**TINY, depth=18).stages[1]
    hidden = torch.randn(2, 2, 8, 8)
    convolution1, norm1, _, convolution2, norm2 = first.residual
    projection, norm3 = first.shortcut
    inner = norm2(convolution2(functional.relu(norm1(convolution1(hidden)))))
    expected = functional.relu(inner + norm3(projection(hidden)))
    assert expected.shape == (2, 4, 4, 4)
    torch.testing.assert_close(first(hidden), expected)
    assert isinstance(second.shortcut, nn.Identity)
