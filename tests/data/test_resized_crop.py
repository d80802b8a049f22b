import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torchvision import transforms

from mixsuite.checks import SettingError
from mixsuite.data.resized_crop import ResizedCrop, central_view, random_box, random_view

CROP = ResizedCrop(size=12, resize=16, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3))
SIDES = st.integers(1, 40)


def noise(width, height, seed=0):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("flip", [False, True])
@given(width=SIDES, height=SIDES, seed=st.integers(0, 2**32))
def test_a_random_view_equals_torchvisions_to_the_draw(flip, width, height, seed):
    image = noise(width, height)
    theirs = transforms.Compose([transforms.RandomResizedCrop(12), *([transforms.RandomHorizontalFlip()] * flip)])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        expected = np.asarray(theirs(image))
    found = random_view(image, CROP, flip, torch.Generator().manual_seed(seed))
    np.testing.assert_array_equal(found, expected)


@given(
    width=st.integers(1, 60),
    height=st.integers(1, 60),
    scale=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)).map(sorted),
    ratio=st.tuples(st.floats(0.1, 8), st.floats(0.1, 8)).map(sorted),
    seed=st.integers(0, 1000),
)
def test_a_random_box_equals_torchvisions_whatever_the_bounds(width, height, scale, ratio, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        i, j, h, w = transforms.RandomResizedCrop.get_params(Image.new("L", (width, height)), scale, ratio)
    crop = ResizedCrop(8, 8, tuple(scale), tuple(ratio))
    assert random_box(width, height, crop, torch.Generator().manual_seed(seed)) == (j, i, j + w, i + h)


@pytest.mark.parametrize(("width", "height", "box"), [(100, 4, (47, 0, 52, 4)), (4, 100, (0, 47, 4, 52))])
def test_what_never_fits_becomes_the_largest_centre_within_bounds(width, height, box):
    crop = ResizedCrop(8, 8, scale=(1.0, 1.0), ratio=(3 / 4, 4 / 3))
    for seed in range(5):
        assert random_box(width, height, crop, torch.Generator().manual_seed(seed)) == box


def test_half_of_the_views_are_mirrored():
    image = noise(12, 12)
    whole = ResizedCrop(size=12, resize=12, scale=(1.0, 1.0), ratio=(1.0, 1.0))
    generator = torch.Generator().manual_seed(0)
    views = [random_view(image, whole, True, generator) for _ in range(1000)]
    same = sum(np.array_equal(view, np.asarray(image)) for view in views)
    mirrored = sum(np.array_equal(view[:, ::-1], np.asarray(image)) for view in views)
    assert same + mirrored == 1000
    assert abs(mirrored - 500) < 6 * 1000**0.5 / 2


@given(width=SIDES, height=SIDES, resize=st.integers(12, 30))
def test_a_central_view_equals_torchvisions(width, height, resize):
    image = noise(width, height)
    theirs = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(12)])
    found = central_view(image, ResizedCrop(12, resize, CROP.scale, CROP.ratio))
    np.testing.assert_array_equal(found, np.asarray(theirs(image)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 0}, "resized_crop: size: found 0"),
        ({"resize": 11}, "resized_crop: resize: found 11, expected a whole number of at least 12"),
        ({"scale": 0.5}, "resized_crop: scale: found 0.5, expected a list of two numbers"),
        ({"scale": [0.5]}, r"resized_crop: scale: found \[0.5\], expected two numbers"),
        ({"scale": [0.0, 1.0]}, "resized_crop: scale: found 0.0, expected a number above 0"),
        ({"scale": [0.5, 1.5]}, r"resized_crop: scale: found \[0.5, 1.5\], expected fractions of an area"),
        ({"scale": [0.9, 0.1]}, r"found \[0.9, 0.1\], expected the smaller number first"),
        ({"ratio": ["wide", 2]}, "resized_crop: ratio: found 'wide'"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    with pytest.raises(SettingError, match=message):
        ResizedCrop(**{"size": 12, "resize": 16, "scale": [0.08, 1.0], "ratio": [0.75, 1.25], **settings})
