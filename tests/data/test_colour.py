from itertools import permutations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.data.colour import add_lighting, jitter_colours, lighting, recolour

BRIGHTNESS, CONTRAST, SATURATION = range(3)
STRENGTH = 0.4


def in_grey(image):
    """The image (3, H, W) in grey: the weighted sum of its channels, in all of them."""
    grey = 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]
    return torch.stack([grey, grey, grey])


def literal(image, order, fractions):
    """Change one image (3, H, W) three times, pixel by pixel, as the released code does."""
    for change, fraction in zip(order, fractions, strict=True):
        goal = {
            BRIGHTNESS: torch.zeros_like(image),
            CONTRAST: torch.full_like(image, in_grey(image).mean().item()),
            SATURATION: in_grey(image),
        }[int(change)]
        image = torch.lerp(image, goal, float(fraction))
    return image


def noise(n, height=5, width=4, dtype=torch.float64, seed=0):
    return torch.rand(n, 3, height, width, dtype=dtype, generator=torch.Generator().manual_seed(seed))


@given(st.data())
def test_recolouring_agrees_with_three_changes_one_after_the_other(data):
    n, height, width = (data.draw(st.integers(1, most)) for most in (4, 5, 5))
    images = noise(n, height, width, seed=data.draw(st.integers(0, 1000)))
    order = torch.tensor([data.draw(st.permutations(range(3))) for _ in range(n)])
    fractions = torch.tensor([[data.draw(st.floats(-1, 1)) for _ in range(3)] for _ in range(n)], dtype=torch.float64)
    expected = [literal(*one) for one in zip(images, order, fractions, strict=True)]
    torch.testing.assert_close(recolour(images, order, fractions), torch.stack(expected), atol=1e-12, rtol=0)


def test_single_precision_is_kept():
    images = noise(8, dtype=torch.float32)
    order = torch.rand(8, 3).argsort(1)
    fractions = STRENGTH * (2 * torch.rand(8, 3) - 1)
    found = recolour(images, order, fractions)
    assert found.dtype == torch.float32
    exact = recolour(images.double(), order, fractions.double())
    torch.testing.assert_close(found.double(), exact, atol=1e-6, rtol=0)


def test_nothing_is_clipped():
    white = torch.ones(1, 3, 2, 2)
    brighter = recolour(white, torch.tensor([[0, 1, 2]]), torch.tensor([[-0.4, 0.0, 0.0]]))
    torch.testing.assert_close(brighter, 1.4 * white)


def test_without_strength_nothing_changes():
    images = noise(5)
    torch.testing.assert_close(jitter_colours(images, 0.0, torch.Generator()), images)


@pytest.fixture
def drawn(monkeypatch):
    """The order and the fractions of n images' changes."""

    def draw(n):
        seen = []
        with monkeypatch.context() as patched:
            patched.setattr("mixsuite.data.colour.recolour", lambda images, *changes: seen.append(changes))
            jitter_colours(torch.zeros(n, 3, 1, 1), STRENGTH, torch.Generator().manual_seed(0))
        return seen[0]

    return draw


def test_the_fractions_are_uniform_and_independent_of_each_other_and_of_the_order(drawn):
    n, bins = 20_000, 20
    order, fractions = drawn(n)
    assert fractions.abs().max() <= STRENGTH
    for column in fractions.unbind(1):
        counts = torch.histc(column, bins, -STRENGTH, STRENGTH)
        assert float(((counts - n / bins) ** 2 / (n / bins)).sum()) < bins - 1 + 6 * (2 * (bins - 1)) ** 0.5
    together = torch.corrcoef(torch.cat([fractions, order[:, :2]], 1).T)
    assert float(together[:3].fill_diagonal_(0).abs().max()) < 6 / n**0.5


def test_every_order_is_equally_likely(drawn):
    orders = [tuple(order) for order in drawn(6000)[0].tolist()]
    counts = torch.tensor([float(orders.count(order)) for order in permutations(range(3))])
    assert counts.sum() == 6000
    assert float(((counts - 1000) ** 2 / 1000).sum()) < 5 + 6 * 10**0.5


def test_a_jitter_is_a_recolouring(drawn):
    images = noise(50)
    expected = recolour(images, *drawn(50))
    assert torch.equal(jitter_colours(images, STRENGTH, torch.Generator().manual_seed(0)), expected)


def test_the_generator_decides_alone():
    images = noise(4)
    for change in (jitter_colours, add_lighting):
        first, again, other = (change(images, 0.4, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
        assert torch.equal(first, again)
        assert not torch.equal(first, other)


@given(st.lists(st.lists(st.floats(-3, 3), min_size=3, max_size=3), min_size=1, max_size=4))
def test_lighting_is_a_sum_of_weighted_components(factors):
    values = [0.2175, 0.0188, 0.0045]
    vectors = [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]
    expected = [
        [sum(vectors[channel][i] * values[i] * one[i] for i in range(3)) for channel in range(3)] for one in factors
    ]
    found = lighting(torch.tensor(factors, dtype=torch.float64))
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64), atol=1e-12, rtol=0)


def test_lighting_adds_one_colour_to_all_pixels_of_an_image():
    images = noise(20_000, 1, 2)
    added = add_lighting(images, 0.1, torch.Generator().manual_seed(0)) - images
    torch.testing.assert_close(added[..., 0], added[..., 1])
    colours = added[:, :, 0, 0]
    components = lighting(torch.eye(3, dtype=torch.float64)).T
    covariance = components @ components.T * 0.1**2
    deviations = 6 * float(covariance.max()) * (2 / 20_000) ** 0.5
    torch.testing.assert_close(torch.cov(colours.T), covariance, atol=deviations, rtol=0)
    assert float(colours.mean(0).abs().max()) < 6 * float(covariance.max() / 20_000) ** 0.5
