"""Images of patches, against tiles put down pixel by pixel; and the geometry that drawing must not change."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.bridge.drawing import Grid, draw_images, random_basis
from mixsuite.patches.distribution import draw_patch_set
from mixsuite.patches.setting import Setting
from mixsuite.randomness import stream

CLOSE = {"rtol": 1e-10, "atol": 1e-10}


@pytest.fixture
def setting(mapping):
    return lambda **changes: Setting.from_mapping(mapping(setting=changes)["setting"])


@pytest.mark.parametrize(
    ("layout", "size", "channels", "patches", "dimension"),
    [([2, 2], 8, 3, 4, 48), ([1, 4], 8, 1, 4, 16), ([3, 2], 6, 2, 6, 12)],
)
def test_every_tile_is_its_patch_in_the_basis(layout, size, channels, patches, dimension, setting):
    chosen = setting(patches=patches, dimension=dimension, samples=2)
    grid = Grid.of(layout, size, channels, chosen)
    basis = random_basis(dimension, stream(0, "patterns"))
    drawn = draw_patch_set(chosen, stream(0, "training data"))
    images = draw_images(drawn, basis, grid)
    assert images.shape == (2, channels, size, size)
    height, width = size // layout[0], size // layout[1]
    for n, patch in enumerate(drawn.images()):
        for p, coordinates in enumerate(patch):
            pattern = sum(x * row for x, row in zip(coordinates, basis, strict=True)).view(channels, height, width)
            top, left = p // layout[1] * height, p % layout[1] * width
            torch.testing.assert_close(images[n, :, top : top + height, left : left + width], pattern, **CLOSE)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), dimension=st.integers(2, 30))
def test_a_random_basis_is_orthonormal_and_its_seeds_own(seed, dimension):
    basis = random_basis(dimension, stream(seed, "patterns"))
    torch.testing.assert_close(basis @ basis.T, torch.eye(dimension, dtype=torch.float64), **CLOSE)
    assert torch.equal(basis, random_basis(dimension, stream(seed, "patterns")))
    assert not torch.equal(basis, random_basis(dimension, stream(seed + 1, "patterns")))


def test_directions_of_a_random_basis_have_no_preference():
    # Of a Haar orthogonal matrix each entry has mean 0 and variance 1/d, the diagonal as well (QR alone: it has not).
    drawn = torch.stack([random_basis(3, stream(seed, "patterns")) for seed in range(2000)])
    assert drawn.mean(0).abs().max() < 0.06
    assert (drawn.square().mean(0) - 1 / 3).abs().max() < 0.04


def test_drawing_keeps_lengths_and_angles(setting):
    chosen = setting()
    drawn = draw_patch_set(chosen, stream(1, "training data"))
    images = draw_images(drawn, random_basis(48, stream(1, "patterns")), Grid.of([2, 2], 8, 3, chosen))
    # Patches of the whole set again, as rows: their products are those of the patches themselves.
    tiles = images.unfold(2, 4, 4).unfold(3, 4, 4).permute(0, 2, 3, 1, 4, 5).reshape(-1, 48)
    patches = drawn.images().reshape(-1, 48)
    torch.testing.assert_close(tiles @ tiles.T, patches @ patches.T, **CLOSE)


@pytest.mark.parametrize(
    ("layout", "size", "channels", "message"),
    [
        ([3, 2], 8, 3, "layout: found 3 x 2, expected 4 patches in all"),
        ([4], 8, 3, r"layout: found \[4\], expected two numbers"),
        (4, 8, 3, "layout: found 4, expected a list of two numbers"),
        ([2, 2], 8, 1, "size: found 1 channels of 8 x 8 pixels in 2 x 2 patches, expected 48 values in each patch"),
        ([2, 2], 7, 3, "size: found 3 channels of 7 x 7"),
        ([4, 1], 0, 3, "size: found 0, expected a whole number"),
    ],
)
def test_patches_that_do_not_fill_the_image_are_refused(layout, size, channels, message, setting):
    with pytest.raises(ValueError, match=message):
        Grid.of(layout, size, channels, setting())
