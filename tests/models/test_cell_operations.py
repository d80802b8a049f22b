import pytest
import torch
from torch import nn
from torch.nn import functional

from mixsuite.models.cell_operations import FactorizedReduce, build_operation, relu_convolution_norm
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


def normalised(hidden):
    mean, variance = hidden.mean((0, 2, 3), keepdim=True), hidden.var((0, 2, 3), unbiased=False, keepdim=True)
    return (hidden - mean) / (variance + 1e-5).sqrt()


def literal_operation(name, hidden, stride, weights):
    """Write the operation out: quark0/darts, cnn/operations.py, with batch statistics and without scales."""
    if name == "skip_connect":
        if stride == 1:
            return hidden
        even, odd = (functional.conv2d(part, each) for part, each in zip(shifted(hidden.relu()), weights, strict=True))
        return normalised(torch.cat([even, odd], dim=1))
    if "pool" in name:
        side = hidden.shape[2]
        padded = functional.pad(hidden, (1, 1, 1, 1), value=torch.nan)
        windows = torch.stack(
            [padded[:, :, row : row + side, column : column + side] for row in range(3) for column in range(3)]
        )[..., ::stride, ::stride]
        if name == "avg_pool_3x3":
            return windows.nanmean(dim=0)
        return windows.nan_to_num(-torch.inf).amax(dim=0)
    dilation = 1 if name.startswith("sep") else 2
    for pair in range(len(weights) // 2):
        depthwise, pointwise = weights[2 * pair : 2 * pair + 2]
        hidden = functional.conv2d(
            hidden.relu(),
            depthwise,
            stride=stride if pair == 0 else 1,
            padding=dilation * (int(name[-1]) // 2),
            dilation=dilation,
            groups=hidden.shape[1],
        )
        hidden = normalised(functional.conv2d(hidden, pointwise))
    return hidden


def shifted(hidden):
    return hidden[:, :, ::2, ::2], hidden[:, :, 1::2, 1::2]


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("name", OPERATIONS[1:])
def test_operations_are_those_of_darts_written_out(name, stride):
    operation, hidden = build_operation(name, 8, stride, affine=True).double(), HIDDEN.double()
    weights = [part.weight for part in operation.modules() if isinstance(part, nn.Conv2d)]
    expected = literal_operation(name, hidden, stride, weights)
    torch.testing.assert_close(operation(hidden), expected, rtol=1e-9, atol=1e-9)


def test_the_input_of_a_cell_is_rectified_mixed_and_normalised():
    prepare = relu_convolution_norm(8, 5, affine=True).double()
    expected = normalised(functional.conv2d(HIDDEN.double().relu(), prepare[1].weight))
    torch.testing.assert_close(prepare(HIDDEN.double()), expected, rtol=1e-9, atol=1e-9)
