import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.blocks import block_means, block_shares, compose_blocks, refined_count, spread, usable_counts


@pytest.mark.parametrize(
    ("count", "size", "side", "expected"),
    [
        (2, 4, 32, 8),
        (8, 4, 32, 8),
        (16, 4, 32, 16),
        (2, 4, 8, 2),
        (4, 4, 8, 4),
        (2, 1, 6, 6),
        (16, 4, 224, 112),
        (3, 100, 9, 3),
        (2, 3, 10, 10),
    ],
)
def test_cells_are_the_largest_that_fit(count, size, side, expected):
    assert refined_count(count, size, side, side) == expected


def test_cells_fit_both_sides():
    assert refined_count(2, 4, 8, 32) == 8
    assert refined_count(2, 4, 6, 16) == 2


def test_counts_that_divide_the_image():
    assert usable_counts([2, 4, 8, 16], 32, 32) == [2, 4, 8, 16]
    assert usable_counts([2, 4, 8, 16], 8, 12) == [2, 4]
    with pytest.raises(
        ValueError, match=r"^blocks: found \[2, 4\], expected a number that divides images of 9 x 8 pixels"
    ):
        usable_counts([2, 4], 9, 8)


def test_means_shares_and_cells_by_hand():
    values = torch.tensor([[[1.0, 3.0, 0.0, 0.0], [5.0, 7.0, 0.0, 4.0]]], dtype=torch.float64)
    assert block_means(values, 2).tolist() == [[[2.0, 0.0], [6.0, 2.0]]]
    assert block_shares(values, 2).tolist() == [[[0.2, 0.0], [0.6, 0.2]]]
    assert block_shares(torch.zeros(1, 4, 4), 2).tolist() == [[[0.0, 0.0], [0.0, 0.0]]]
    assert spread(torch.tensor([[1, 2], [3, 4]]), 4).tolist() == [[1, 1, 2, 2]] * 2 + [[3, 3, 4, 4]] * 2


@given(
    batch_size=st.integers(1, 4),
    channels=st.integers(1, 3),
    count=st.integers(1, 4),
    height=st.integers(1, 3),
    width=st.integers(1, 3),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=50)
def test_composes_blocks_pixel_by_pixel(batch_size, channels, count, height, width, seed):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(batch_size, channels, count * height, count * width, generator=generator, dtype=torch.float64)
    shape = 2, batch_size, count, count
    weights = torch.rand(shape, generator=generator, dtype=torch.float64)
    sources = torch.randint(batch_size * count**2, shape, generator=generator)
    composed = compose_blocks(images, weights, sources)
    for b in range(batch_size):
        for y in range(count * height):
            for x in range(count * width):
                place, expected = (b, y // height, x // width), torch.zeros(channels, dtype=torch.float64)
                for k in range(2):
                    sample, block = divmod(sources[k, *place].item(), count**2)
                    row, column = divmod(block, count)
                    pixel = images[sample, :, row * height + y % height, column * width + x % width]
                    expected += weights[k, *place] * pixel
                torch.testing.assert_close(composed[b, :, y, x], expected)


def test_whole_blocks_are_copied_bit_for_bit():
    images = torch.randn(5, 3, 8, 8).to(memory_format=torch.channels_last)
    weights = torch.randint(2, (5, 4, 4)).float()
    sources = torch.randint(5 * 16, (2, 5, 4, 4))
    composed = compose_blocks(images, torch.stack([weights, 1 - weights]), sources)
    alone = compose_blocks(images, torch.ones(1, 5, 4, 4), sources[0].where(weights == 1, sources[1])[None])
    assert torch.equal(composed, alone)
    # With halves of the same block, as Co-Mixup composes them.
    assert torch.equal(
        compose_blocks(images, torch.full((2, 5, 4, 4), 0.5), sources[:1].expand(2, -1, -1, -1)),
        compose_blocks(images, torch.ones(1, 5, 4, 4), sources[:1]),
    )
