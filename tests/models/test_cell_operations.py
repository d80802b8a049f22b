import pytest
import torch
from torch import nn
from torch.nn import functional

from mixsuite.models.cell_operations import FactorizedReduce, build_operation
from mixsuite.models.genotype import OPERATIONS

HIDDEN = torch.randn(2, 8, 6, 6, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", OPERATIONS[1:])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("affine", [True, False])
def test_keeps_channels_and_divides_sides(name, stride, affine):
    operation = build_operation(name, 8, stride, affine)
    assert operation(HIDDEN).shape == (2, 8, 6 // stride, 6 // stride)
    norms = [part for part in operation.modules() if isinstance(part, nn.BatchNorm2d)]
    assert all(norm.affine == affine for norm in norms)


@pytest.mark.parametrize(("name", "weights"), [("sep_conv_3x3", 2 * (9 + 8) * 8), ("dil_conv_5x5", (25 + 8) * 8)])
def test_weights_of_separable_and_dilated_convolutions(name, weights):
    assert sum(each.numel() for each in build_operation(name, 8, 1, affine=False).parameters()) == weights


def test_a_dilated_convolution_leaves_out_every_second_pixel():
    hidden = torch.zeros(1, 1, 9, 9)
    hidden[0, 0, 4, 4] = 1
    depthwise = build_operation("dil_conv_3x3", 1, 1, affine=False)[1]
    nn.init.ones_(depthwise.weight)
    rows = depthwise(hidden)[0, 0].nonzero().tolist()
    assert rows == [[row, column] for row in (2, 4, 6) for column in (2, 4, 6)]


def test_average_pooling_counts_no_padding():
    pooled = build_operation("avg_pool_3x3", 1, 1, affine=True)(torch.ones(1, 1, 4, 4))
    assert torch.equal(pooled, torch.ones(1, 1, 4, 4))


def test_factorized_reduction_reads_even_and_odd_pixels():
    reduce = FactorizedReduce(1, 2, affine=False).eval()
    nn.init.ones_(reduce.even.weight)
    nn.init.ones_(reduce.odd.weight)
    image = torch.arange(16.0).view(1, 1, 4, 4)
    even, odd = reduce(image)[0]
    torch.testing.assert_close(even, torch.tensor([[0.0, 2.0], [8.0, 10.0]]), rtol=1e-4, atol=0)
    torch.testing.assert_close(odd, torch.tensor([[5.0, 7.0], [13.0, 15.0]]), rtol=1e-4, atol=0)


def test_what_an_operation_is_given_stays_as_it_is():
    before = HIDDEN.clone()
    for name in OPERATIONS[1:]:
        for stride in (1, 2):
            build_operation(name, 8, stride, affine=True)(HIDDEN)
    assert torch.equal(HIDDEN, before)
    assert functional.relu(HIDDEN).ne(HIDDEN).any()
