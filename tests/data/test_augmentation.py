import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.data.augmentation import crop_and_flip, shift_and_mirror


def literal(image, padding, top, left, mirrored):
    """Look up every pixel of one image (C, H, W) by itself; outside is black."""
    channels, height, width = image.shape
    out = torch.zeros_like(image)
    for channel in range(channels):
        for y in range(height):
            for x in range(width):
                row = y + top - padding
                column = (width - 1 - x if mirrored else x) + left - padding
                if 0 <= row < height and 0 <= column < width:
                    out[channel, y, x] = image[channel, row, column]
    return out


@given(st.data())
def test_agrees_with_a_lookup_pixel_by_pixel(data):
    n, channels, height, width = (data.draw(st.integers(1, most)) for most in (4, 3, 5, 5))
    padding = data.draw(st.integers(0, 4))
    offsets = st.lists(st.integers(0, 2 * padding), min_size=n, max_size=n)
    top, left = torch.tensor(data.draw(offsets)), torch.tensor(data.draw(offsets))
    mirrored = torch.tensor(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    images = torch.arange(1, n * channels * height * width + 1).remainder(251).to(torch.uint8)
    images = images.view(n, channels, height, width)
    expected = [literal(image, padding, *how) for image, *how in zip(images, top, left, mirrored, strict=True)]
    assert torch.equal(shift_and_mirror(images, padding, top, left, mirrored), torch.stack(expected))


@pytest.mark.parametrize("padding", [1, 2, 4])
def test_a_crop_equals_torchvisions(padding):
    from torchvision.transforms import functional

    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (20, 3, 9, 9), generator=generator, dtype=torch.uint8)
    top, left = torch.randint(2 * padding + 1, (2, 20), generator=generator)
    mirrored = torch.rand(20, generator=generator) < 0.5
    found = shift_and_mirror(images, padding, top, left, mirrored)
    for image, y, x, flip, ours in zip(images, top, left, mirrored, found, strict=True):
        theirs = functional.crop(functional.pad(image, [padding] * 4), int(y), int(x), 9, 9)
        assert torch.equal(ours, functional.hflip(theirs) if flip else theirs)


def draws(padding, flip, n=20_000):
    """Where one marked pixel of each image went: (rows, columns), -1 where it fell off the edge."""
    side = 2 * padding + 1
    images = torch.zeros(n, 1, 2 * side, 2 * side + 1, dtype=torch.uint8)
    # Off the centre, so that every place tells offset and mirroring apart.
    images[:, 0, side, padding] = 1
    out = crop_and_flip(images, padding, flip, torch.Generator().manual_seed(0))
    assert (out.sum((1, 2, 3)) == 1).all()
    place = out.flatten(1).argmax(1)
    return place // (2 * side + 1) - side + padding, place % (2 * side + 1) - padding + padding


@pytest.mark.parametrize("padding", [0, 1, 2, 4])
def test_every_offset_is_equally_likely_in_both_directions(padding):
    rows, columns = draws(padding, flip=False)
    side = 2 * padding + 1
    joint = torch.bincount(rows * side + columns, minlength=side * side).double()
    expected = len(rows) / side**2
    chi_square = float(((joint - expected) ** 2 / expected).sum())
    # Mean side² - 1, deviation sqrt(2 (side² - 1)): six deviations.
    assert chi_square <= side**2 - 1 + 6 * (2 * (side**2 - 1)) ** 0.5


def test_half_of_the_images_are_mirrored_and_none_without_flip():
    _, columns = draws(0, flip=True)
    mirrored = (columns != 0).double().mean()
    assert abs(float(mirrored) - 0.5) < 6 * 0.5 / 20_000**0.5
    assert (draws(0, flip=False)[1] == 0).all()


def test_the_generator_decides_alone():
    images = torch.randint(256, (8, 3, 6, 6), dtype=torch.uint8)
    first, again, other = (crop_and_flip(images, 2, True, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_crops_do_not_change_with_flip():
    images = torch.randint(256, (50, 1, 6, 6), dtype=torch.uint8)
    plain, flipped = (crop_and_flip(images, 2, flip, torch.Generator().manual_seed(0)) for flip in (False, True))
    same = (plain == flipped).flatten(1).all(1)
    mirrored = (plain.flip(3) == flipped).flatten(1).all(1)
    assert (same | mirrored).all()
    assert same.any()
    assert mirrored.any()
