"""Mixed outputs: exact for networks that act evenly, and a literal loop for all others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.evenness.mixed_outputs import (
    boxes_inside,
    draw_pairs,
    measure_mixed_outputs,
    nearest_box,
)
from mixsuite.randomness import stream

CLASSES = (2, 0)
SHARES = [1, 0.8, 0.6]


@pytest.fixture
def images():
    return torch.rand(30, 3, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def pairs():
    return draw_pairs(torch.arange(30) % 3, CLASSES, 20, seed=0)


def measured(logits, images, pairs):
    return measure_mixed_outputs(logits, lambda places: images[places], pairs, CLASSES, SHARES, seed=0)


@given(st.floats(0.05, 1), st.integers(4, 40))
def test_the_box_s_area_is_nearest_among_squares_and_the_like(share, side):
    height, width = nearest_box(share, side, side)
    assert 0 <= width - height <= 1
    area = (1 - share) * side * side
    boxes = [(a, b) for a in range(side + 1) for b in (a, a + 1) if b <= side]
    assert abs(height * width - area) == min(abs(a * b - area) for a, b in boxes)


def test_boxes_are_inside_and_everywhere():
    boxes = boxes_inside((2, 3), 6, 6, 4000, torch.Generator().manual_seed(0))
    start, end = boxes.start[0], boxes.end[0]
    assert start.min() == 0
    assert end.max() == 6
    shapes, counts = (end - start).T.unique(dim=0, return_counts=True)
    assert shapes.tolist() == [[2, 3], [3, 2]]
    assert counts.min() > 1800
    places = {tuple(each) for each in torch.cat([start, end]).T.tolist()}
    assert len(places) == 2 * 5 * 4


def test_pairs_have_their_classes_and_follow_the_seed(pairs):
    assert (pairs.first % 3 == 2).all()
    assert (pairs.second % 3 == 0).all()
    again = draw_pairs(torch.arange(30) % 3, CLASSES, 20, seed=0)
    assert again.first.tolist() == pairs.first.tolist()
    with pytest.raises(SettingError, match="classes: found no image of the class number 5"):
        draw_pairs(torch.arange(30) % 3, (5, 0), 20, seed=0)


def test_a_network_that_acts_evenly_on_flat_images_follows_the_share(pairs):
    # Images of one grey each, and outputs that are sums over all pixels.
    flat = torch.arange(30.0)[:, None, None, None].expand(30, 3, 16, 16)
    weights = torch.tensor([0.3, 0.0, 1.0])
    found = measured(lambda batch: batch.mean(dim=(1, 2, 3))[:, None] * weights, flat, pairs)
    for asked, each in zip(SHARES, found, strict=True):
        assert each.share == pytest.approx(asked, abs=0.02)
        assert each.output_share() == pytest.approx(each.share, abs=1e-6)
        assert abs(each.departure()) < 1e-6
    assert found[0].mixed.tolist() == found[0].first.tolist()


def test_a_network_that_looks_at_one_corner_departs(images, pairs):
    def corner(batch):
        outputs = torch.zeros(len(batch), 3)
        outputs[:, 2] = batch[:, 0, 0, 0]
        return outputs

    _, most, less = measured(corner, images + torch.tensor([0.0, 0, 1]).repeat(10)[:, None, None, None], pairs)
    assert most.output_share() > 0.9
    assert less.departure() > most.departure() > 0.1


def test_the_outputs_are_those_of_a_loop(images, pairs):
    torch.manual_seed(0)
    weights = torch.randn(3, 3 * 16 * 16)

    def logits(batch):
        return torch.tanh(batch.flatten(1) @ weights.T / 10)

    for asked, each in zip(SHARES, measured(logits, images, pairs), strict=True):
        boxes = boxes_inside(nearest_box(asked, 16, 16), 16, 16, 20, stream(0, "boxes", str(asked)))
        differences = []
        for number, (first, second) in enumerate(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)):
            (top, left), (bottom, right) = boxes.start[0, :, number].tolist(), boxes.end[0, :, number].tolist()
            mixed = images[first].clone()
            mixed[:, top:bottom, left:right] = images[second][:, top:bottom, left:right]
            outputs = logits(mixed[None])[0]
            differences.append((outputs[CLASSES[0]] - outputs[CLASSES[1]]).item())
            assert each.share == pytest.approx(1 - (bottom - top) * (right - left) / 256)
        assert each.mixed.numpy() == pytest.approx(np.array(differences), abs=1e-5)
