"""Saliency-DCutMix against a literal loop, and against DCutMix, whose boxes it has."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from mixsuite.checks import SettingError
from mixsuite.mixing import dcutmix, saliency_dcutmix
from mixsuite.mixing.draws import dirichlet, permuted_partners
from mixsuite.mixing.mix import hint_of
from mixsuite.mixing.saliency import most_salient_pixel_as_released, most_salient_pixels
from mixsuite.mixing.saliency_dcutmix import build, cut_offsets
from mixsuite.mixing.stick_breaking import nested_boxes

UINT8 = {"images": 3, "alpha": 1.0, "probability": 1.0, "saliency": "uint8"}


def literal_window(centre, side, length):
    """Of all windows of `side` inside 0..length, the start of the one whose middle is nearest to `centre`."""
    starts = range(length - side + 1)
    return min(starts, key=lambda start: abs(start + side // 2 - centre))


def literal_mix(images, targets, partners, boxes, centres):
    """Compose a sample and a box at a time; centres[k, b] is the centre of what the k-th partner of sample b gives."""
    _, _, height, width = images.shape
    mixed, mixed_targets = images.clone(), torch.zeros_like(targets)
    for b in range(len(images)):
        owner = torch.zeros(height, width, dtype=torch.int64)
        for k in range(1, len(partners)):
            (top, left), (bottom, right) = boxes.start[k - 1, :, b].tolist(), boxes.end[k - 1, :, b].tolist()
            row = literal_window(centres[k, b, 0].item(), bottom - top, height)
            column = literal_window(centres[k, b, 1].item(), right - left, width)
            source = images[partners[k, b]]
            patch = source[:, row : row + bottom - top, column : column + right - left]
            mixed[b, :, top:bottom, left:right] = patch
            owner[top:bottom, left:right] = k
        for k in range(len(partners)):
            mixed_targets[b] += (owner == k).double().mean() * targets[partners[k, b]]
    return mixed, mixed_targets


shapes = st.tuples(st.integers(1, 8), st.integers(1, 3), st.integers(1, 16), st.integers(1, 16))


@given(
    n_images=st.integers(2, 6),
    alpha=st.floats(1e-2, 20),
    shape=shapes,
    seed=st.integers(0, 2**31),
    released=st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_mix_is_that_of_the_literal_loop(traced_batch, n_images, alpha, shape, seed, released):
    images, targets = traced_batch(*shape)
    batch_size, _, height, width = shape
    generator = torch.Generator().manual_seed(seed)
    hints = torch.stack([torch.randint(length, (batch_size,), generator=generator) for length in (height, width)], 1)
    drawn = torch.Generator()
    drawn.set_state(generator.get_state())
    partners = permuted_partners(n_images, batch_size, drawn)
    boxes = nested_boxes(dirichlet(alpha, n_images, batch_size, drawn), height, width, drawn)
    kind = "as_released" if released else "uint8"
    mix = build(images=n_images, alpha=alpha, probability=1.0, saliency=kind)
    if released:
        centre = torch.stack([most_salient_pixel_as_released(images[partner]) for partner in partners[:, 0]])
        centres = centre[:, None].expand(-1, batch_size, -1)
        found = mix(images, targets, generator)
    else:
        centres = hints[partners]
        found = mix(images, targets, generator, hints)
    expected = literal_mix(images, targets, partners, boxes, centres)
    assert torch.equal(found[0], expected[0])
    torch.testing.assert_close(found[1], expected[1], rtol=0, atol=1e-12)


@given(height=st.integers(1, 20), width=st.integers(1, 20), seed=st.integers(0, 2**31))
@settings(max_examples=100)
def test_patches_hold_their_centre_and_lie_inside_their_source(height, width, seed):
    generator = torch.Generator().manual_seed(seed)
    boxes = nested_boxes(dirichlet(1.0, 4, 6, generator), height, width, generator)
    centre = torch.stack([torch.randint(length, (3, 6), generator=generator) for length in (height, width)], 1)
    offsets = cut_offsets(boxes, centre, height, width)
    assert not offsets[0].any()
    start, end = boxes.start + offsets[1:], boxes.end + offsets[1:]
    assert (start >= 0).all()
    assert (end <= torch.tensor([[height], [width]])).all()
    holds = (start <= centre) & (centre < end)
    assert (holds | (boxes.start == boxes.end)).all()


def test_areas_and_targets_are_those_of_dcutmix():
    images, targets = torch.zeros(4000, 1, 12, 16), torch.eye(10, dtype=torch.float64)[torch.arange(4000) % 10]
    hints = torch.zeros(4000, 2, dtype=torch.int64)
    of_dcutmix = dcutmix.build(images=3, alpha=1 / 3, probability=1.0)
    _, expected = of_dcutmix(images, targets, torch.Generator().manual_seed(1))
    mix = build(**{**UINT8, "alpha": 1 / 3})
    _, found = mix(images, targets, torch.Generator().manual_seed(2), hints)
    for rank in range(3):
        masses = (each.sort(dim=1, descending=True).values[:, rank].numpy() for each in (found, expected))
        assert ks_2samp(*masses).pvalue > 1e-4
    same_draws = of_dcutmix(images, targets, torch.Generator().manual_seed(2))[1]
    assert torch.equal(found, same_draws)


def test_the_hint_is_the_most_salient_pixel():
    assert hint_of(build(**UINT8)) is most_salient_pixels
    assert hint_of(build(**{**UINT8, "saliency": "as_released"})) is None


def test_the_innermost_patch_shows_a_dot_that_dcutmix_would_miss():
    pixels = torch.full((64, 1, 32, 32), 90, dtype=torch.uint8)
    rows, columns = np.random.default_rng(0).integers(2, 27, (2, 64))
    pixels[torch.arange(64), 0, rows, columns] = 255
    # Below it the darkest: of the two the first is taken.
    pixels[:, 0, 30, 16] = 0
    hints = most_salient_pixels(pixels)
    assert hints.tolist() == [list(place) for place in zip(rows.tolist(), columns.tolist(), strict=True)]
    settings_of_both = {"images": 2, "alpha": 1.0, "probability": 1.0}
    seen = {}
    for method in (dcutmix, saliency_dcutmix):
        hinted = method is saliency_dcutmix
        mix = method.build(**settings_of_both, **({"saliency": "uint8"} if hinted else {}))
        generator = torch.Generator().manual_seed(0)
        images, targets = pixels.float(), torch.eye(64)
        mixed, mixed_targets = mix(images, targets, generator, *([hints] if hinted else []))
        inner_is_there = (mixed_targets > 0).sum(1) == 2
        own_dot = mixed[torch.arange(64), 0, rows, columns] == 255
        seen[hinted] = ((mixed == 255).sum((1, 2, 3)) - own_dot.long())[inner_is_there].float().mean()
    assert seen[True] > 0.98
    assert seen[False] < 0.7


@pytest.mark.parametrize("changes", [{"images": 1}, {"alpha": 0}, {"probability": 2}, {"saliency": "float"}])
def test_wrong_settings_are_named(changes):
    with pytest.raises(SettingError, match=next(iter(changes))):
        build(**{**UINT8, **changes})
