import pytest
import torch
from torch import nn
from torch.nn import functional

from mixsuite.models.wideresnet import build

TINY = {"n_classes": 10, "in_channels": 3, "image_size": 8, "depth": 10, "widen_factor": 1}


def test_parameters(count_parameters):
    assert count_parameters({"family": "wideresnet", "depth": 16, "widen_factor": 8}) == 11_012_036


def test_without_bias_it_has_one_number_less_per_output_channel(count_parameters):
    def count(bias):
        return count_parameters({"family": "wideresnet", "depth": 10, "widen_factor": 1, "bias": bias})

    # The stem, two convolutions in each of three blocks, and a projection in the last two.
    assert count(True) - count(False) == 16 + 2 * (16 + 32 + 64) + 32 + 64


@pytest.mark.parametrize(("strided_convolution", "strides"), [(1, [2, 1]), (2, [1, 2])])
def test_place_of_the_stride(strided_convolution, strides):
    network = build(**TINY, strided_convolution=strided_convolution)
    block = network.stages[1][0]
    assert [part.stride[0] for part in block.residual if isinstance(part, nn.Conv2d)] == strides
    assert block(torch.randn(2, 16, 8, 8)).shape == (2, 32, 4, 4)


def test_shortcut_takes_the_input_as_it_is():
    block = build(**TINY).stages[1][0]
    norm1, _, convolution1, norm2, _, convolution2 = block.residual
    hidden = torch.randn(2, 16, 8, 8)
    inner = convolution2(functional.relu(norm2(convolution1(functional.relu(norm1(hidden))))))
    torch.testing.assert_close(block(hidden), inner + block.shortcut(hidden))


def test_momentum_of_the_last_normalisation_only():
    norms = [part for part in build(**TINY).modules() if isinstance(part, nn.BatchNorm2d)]
    assert [norm.momentum for norm in norms] == [0.1] * 6 + [0.9]
