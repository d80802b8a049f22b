import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from mixsuite.checks import SettingError
from mixsuite.mixing.random_erasing import ATTEMPTS, build, rectangles

AREA, RATIO = [0.02, 0.33], [0.3, 3.3]
DEFAULTS = {"probability": 0.5, "area": AREA, "aspect_ratio": RATIO, "fill": "mean"}


def literal_rectangle(area, ratio, height, width, uniform):
    """Torchvision's RandomErasing.get_params for one image, given its uniform numbers; (top, left, height, width)."""
    for for_area, for_ratio, for_row, for_column in uniform:
        erased = height * width * (area[0] + (area[1] - area[0]) * for_area)
        aspect = math.exp(math.log(ratio[0]) + (math.log(ratio[1]) - math.log(ratio[0])) * for_ratio)
        h, w = round(math.sqrt(erased * aspect)), round(math.sqrt(erased / aspect))
        if not (h < height and w < width):
            continue
        return math.floor(for_row * (height - h + 1)), math.floor(for_column * (width - w + 1)), h, w
    return None


@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 8)),
    area=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
    ratio=st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)).map(sorted),
    seed=st.integers(0, 2**31),
)
def test_rectangles_are_the_literal_ones_and_inside_the_image(shape, area, ratio, seed):
    height, width, batch_size = shape
    boxes = rectangles(area, ratio, height, width, batch_size, torch.Generator().manual_seed(seed))
    uniform = torch.rand(
        4, ATTEMPTS, batch_size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    ).permute(2, 1, 0)
    for b in range(batch_size):
        (top, left), (bottom, right) = boxes.start[0, :, b].tolist(), boxes.end[0, :, b].tolist()
        assert 0 <= top <= bottom <= height
        assert 0 <= left <= right <= width
        expected = literal_rectangle(area, ratio, height, width, uniform[b].tolist())
        if expected is None:
            assert (bottom - top) * (right - left) == 0
        else:
            assert (top, left, bottom - top, right - left) == expected


def test_what_is_erased_is_one_rectangle_of_some_images_and_nothing_else(traced_batch, traced_sources):
    images, targets = traced_batch(200, 2, 16, 12)
    mixed, mixed_targets = build(**DEFAULTS)(images, targets, torch.Generator().manual_seed(0))
    erased = traced_sources(mixed) == -1
    assert torch.equal(mixed_targets, targets)
    assert 70 < erased.flatten(1).any(1).sum() < 130
    for image in erased:
        rows, columns = image.any(1), image.any(0)
        assert torch.equal(image, rows[:, None] & columns)
        assert (rows.int().diff() == 1).sum() <= 1
        assert (columns.int().diff() == 1).sum() <= 1


def test_noise_fills_what_the_mean_would():
    images = torch.full((64, 3, 16, 16), 100.0)
    blank, _ = build(**DEFAULTS)(images, torch.ones(64, 1), torch.Generator().manual_seed(4))
    noisy, _ = build(**DEFAULTS | {"fill": "noise"})(images, torch.ones(64, 1), torch.Generator().manual_seed(4))
    assert torch.equal(noisy == 100, blank == 100)
    values = noisy[noisy != 100]
    assert abs(values.mean()) < 0.05
    assert abs(values.std() - 1) < 0.05


@pytest.mark.parametrize(("probability", "erased"), [(0, 0), (1, 64)])
def test_never_or_always(probability, erased):
    mix = build(**DEFAULTS | {"probability": probability})
    mixed, _ = mix(torch.ones(64, 1, 16, 16), torch.ones(64, 1), torch.Generator().manual_seed(0))
    assert (mixed == 0).flatten(1).any(1).sum() == erased


@pytest.mark.slow
def test_areas_and_places_are_distributed_as_torchvision_s():
    from torchvision.transforms import RandomErasing

    n, image = 3000, torch.ones(1, 20, 14)
    boxes = rectangles(AREA, RATIO, 20, 14, n, torch.Generator().manual_seed(0))
    own = torch.cat([boxes.start[0], boxes.end[0] - boxes.start[0]]).T.numpy()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        others = np.array([RandomErasing.get_params(image, AREA, RATIO, [0.0])[:4] for _ in range(n)])
    for side in range(4):
        assert ks_2samp(own[:, side], others[:, side]).pvalue > 1e-4
    assert ks_2samp(own[:, 2] * own[:, 3], others[:, 2] * others[:, 3]).pvalue > 1e-4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"probability": 2}, "probability: found 2, expected a number from 0 to 1"),
        ({"area": [0.4, 0.1]}, r"area: found \[0.4, 0.1\], expected two rising numbers"),
        ({"area": [0.1, 1.2]}, "area: found 1.2"),
        ({"aspect_ratio": [0, 1]}, "aspect_ratio: found 0, expected a number above 0"),
        ({"aspect_ratio": [1]}, r"aspect_ratio: found \[1\], expected two rising numbers"),
        ({"fill": "black"}, "fill: found 'black'"),
    ],
)
def test_a_mistake_is_named(changes, message):
    with pytest.raises(SettingError, match=message):
        build(**DEFAULTS | changes)
