import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from mixsuite.checks import SettingError
from mixsuite.mixing.small_cutmix import build, small_box

SIDES = st.integers(1, 40)


def literal_edges(centre, length, cut, largest):
    """Where one axis of the box starts and ends, written out in plain numbers."""
    full = length * math.sqrt(largest)
    side = min(round(full * math.sqrt(cut)), math.floor(full + 1e-9))
    start = centre - side // 2
    return max(start, 0), min(start + side, length)


def drawn_box(cut, largest, height, width, seed):
    """The box (top, bottom, left, right) for a cut and the centre that was drawn for it."""
    box = small_box(
        torch.tensor([cut], dtype=torch.float64), largest, height, width, torch.Generator().manual_seed(seed)
    )
    generator = torch.Generator().manual_seed(seed)
    centre = [torch.randint(length, (1,), generator=generator, dtype=torch.int32).item() for length in (height, width)]
    assert {edge.shape for edge in box} == {(1, 2, 1)}
    assert {edge.dtype for edge in box} == {torch.int32}
    (top, left), (bottom, right) = (edge[0, :, 0].tolist() for edge in box)
    return (top, bottom, left, right), centre


@settings(deadline=None)
@given(cut=st.floats(0, 1), largest=st.floats(0, 1), height=SIDES, width=SIDES, seed=st.integers(0, 1000))
def test_the_box_is_the_literal_one_and_none_is_larger_than_promised(cut, largest, height, width, seed):
    (top, bottom, left, right), (row, column) = drawn_box(cut, largest, height, width, seed)
    assert (top, bottom) == literal_edges(row, height, cut, largest)
    assert (left, right) == literal_edges(column, width, cut, largest)
    assert 0 <= top <= bottom <= height
    assert 0 <= left <= right <= width
    assert (bottom - top) * (right - left) <= largest * height * width + 1e-6


@pytest.mark.parametrize(
    ("height", "width", "largest", "expected"),
    [(8, 8, 0.25, (4, 4)), (32, 32, 0.25, (16, 16)), (10, 10, 0.49, (7, 7)), (10, 6, 0.32, (5, 3)), (9, 7, 1, (9, 7))],
)
def test_the_largest_box_has_the_sides_that_are_promised(height, width, largest, expected):
    boxes = [drawn_box(1.0, largest, height, width, seed)[0] for seed in range(200)]
    assert max(bottom - top for top, bottom, _, _ in boxes) == expected[0]
    assert max(right - left for _, _, left, right in boxes) == expected[1]


def traced_boxes(mix, side, draws):
    """The boxes (top, bottom, left, right) that the second of two images has in the first; None where there is none.

    In half of the draws both meet themselves.
    """
    images = torch.arange(2.0).view(2, 1, 1, 1).expand(2, 1, side, side)
    generator = torch.Generator().manual_seed(0)
    for _ in range(draws):
        foreign = mix(images, torch.eye(2), generator)[0][0, 0] == 1
        rows, columns = foreign.any(1).nonzero(), foreign.any(0).nonzero()
        yield (rows[0].item(), rows[-1].item() + 1, columns[0].item(), columns[-1].item() + 1) if len(rows) else None


def test_boxes_on_small_images_are_distributed_as_the_literal_ones():
    rng, draws = np.random.default_rng(0), 6000
    drawn = list(traced_boxes(build(alpha=1.0, probability=1.0, largest=0.25), 8, draws))
    literal = []
    for cut in rng.beta(1, 1, draws):
        (top, bottom), (left, right) = (literal_edges(rng.integers(8), 8, cut, 0.25) for _ in range(2))
        literal.append((top, bottom, left, right) if top < bottom and left < right else None)
    # Half of them meet themselves, and of the others those with a side below half a pixel of 4 are empty: 1 in 64.
    empty = drawn.count(None) / draws
    assert empty == pytest.approx(0.5 + 0.5 / 64, abs=0.03)
    shown, expected = (np.array([box for box in boxes if box]) for boxes in (drawn, literal))
    for edge in range(4):
        assert ks_2samp(shown[:, edge], expected[:, edge]).pvalue > 1e-4
    areas = [(boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2]) for boxes in (shown, expected)]
    assert ks_2samp(*areas).pvalue > 1e-4
    assert max(areas[0]) == 16


def test_half_of_the_batches_are_left_as_they_are():
    shown = [box is not None for box in traced_boxes(build(alpha=1.0, probability=0.5, largest=0.25), 8, 2000)]
    assert sum(shown) / 2000 == pytest.approx(0.25 * 63 / 64, abs=0.04)


def test_targets_follow_the_area_that_is_left(traced_batch, traced_sources):
    images, targets = traced_batch(6, 2, 20, 20)
    generator = torch.Generator().manual_seed(1)
    mix, areas = build(alpha=1.0, probability=1.0, largest=0.3), set()
    for _ in range(10):
        mixed, mixed_targets = mix(images, targets, generator)
        for source, target in zip(traced_sources(mixed), mixed_targets, strict=True):
            torch.testing.assert_close(target, source.flatten().bincount(minlength=6).double() / 400)
            areas.add(target.max().item())
    assert len(areas) > 5


def test_a_share_beyond_the_image_is_refused():
    with pytest.raises(SettingError, match=r"largest: found 1.5, expected a number from 0 to 1"):
        build(alpha=1.0, probability=1.0, largest=1.5)
