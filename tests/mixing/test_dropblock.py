import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from mixsuite.mixing.dropblock import DropBlock, build, seed_probability
from mixsuite.models.pyramidnet import build as build_network

sizes = st.integers(1, 9)


def literal_dropblock(hidden, keep_probability, block_size, generator):
    """Drop blocks as Ghiasi et al. describe it, with loops over every place where a block can lie."""
    batch_size, channels, height, width = hidden.shape
    rows, columns = min(block_size, height), min(block_size, width)
    n_rows, n_columns = height - rows + 1, width - columns + 1
    gamma = (1 - keep_probability) / (rows * columns) * height * width / (n_rows * n_columns)
    draws = torch.rand(batch_size, channels, n_rows, n_columns, generator=generator)
    mask = torch.ones_like(hidden)
    for b in range(batch_size):
        for c in range(channels):
            for row in range(n_rows):
                for column in range(n_columns):
                    if draws[b, c, row, column] < gamma:
                        mask[b, c, row : row + rows, column : column + columns] = 0
    return hidden * mask * (mask.numel() / max(1.0, mask.sum().item()))


def dropping(keep_probability, block_size, seed):
    layer = DropBlock(keep_probability, block_size)
    layer.generator = torch.Generator().manual_seed(seed)
    return layer


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 3), sizes, sizes),
    keep=st.floats(0, 1),
    block_size=st.integers(1, 10),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=60)
def test_equals_the_literal_loop(shape, keep, block_size, seed):
    hidden = torch.randn(shape)
    expected = literal_dropblock(hidden, keep, block_size, torch.Generator().manual_seed(seed))
    torch.testing.assert_close(dropping(keep, block_size, seed)(hidden), expected)


def test_gamma_of_the_paper():
    # 0.1 / 7² · 14² / (14 - 7 + 1)²
    assert seed_probability(0.9, (14, 14), (7, 7)) == pytest.approx(0.1 / 49 * 196 / 64)
    assert seed_probability(0.9, (8, 8), (8, 8)) == pytest.approx(0.1)
    assert seed_probability(0.9, (8, 8), (1, 1)) == pytest.approx(0.1)


@pytest.mark.parametrize(("size", "block_size"), [(32, 1), (8, 8), (16, 4)])
def test_about_as_much_is_dropped_as_is_asked_for(size, block_size):
    dropped = (dropping(0.9, block_size, 0)(torch.ones(400, 10, size, size)) == 0).double().mean().item()
    # Blocks may overlap, and so drop a little less than 0.1.
    assert 0.09 < dropped < 0.106


def test_the_mean_activation_stays():
    hidden = torch.ones(8, 8, 12, 12)
    dropped = dropping(0.7, 3, 0)(hidden)
    assert (dropped == 0).any()
    torch.testing.assert_close(dropped.mean(), torch.tensor(1.0))


def test_evaluation_does_nothing():
    hidden = torch.randn(2, 3, 8, 8)
    assert dropping(0.5, 2, 0).eval()(hidden) is hidden


def test_where_blocks_are_dropped_in_pyramidnet():
    network = build_network(n_classes=5, in_channels=3, image_size=32, depth=20, alpha=6)
    build(network=network, keep_probability=0.9, block_size=4)
    rates = []
    for stage in network.stages:
        for block in stage:
            drops = [part for part in block.residual if isinstance(part, DropBlock)]
            rates.append(sorted({1 - drop.keep_probability for drop in drops}))
    assert rates == [[]] * 2 + [[pytest.approx(0.025)]] * 2 + [[pytest.approx(0.1)]] * 2
    # After each convolution, with the normalisation and ReLU that follow it.
    kinds = [type(part) for part in network.stages[2][0].residual]
    conv, norm, relu = nn.Conv2d, nn.BatchNorm2d, nn.ReLU
    one_after_the_other = [norm, conv, norm, relu, DropBlock, conv, norm, relu, DropBlock, conv, norm, DropBlock]
    assert kinds == one_after_the_other
    assert not any(isinstance(part, DropBlock) for part in network.stages[2][0].shortcut.modules())
