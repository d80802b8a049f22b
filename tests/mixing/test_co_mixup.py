import pytest
import torch
from scipy.stats import beta as beta_distribution
from scipy.stats import kstest

from mixsuite.mixing import co_mixup
from mixsuite.mixing.blocks import spread
from mixsuite.mixing.co_mixup import build
from mixsuite.mixing.joint_labels import joint_labels


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def make_mix(toy_network, saliency_settings):
    def make(channels=3, side=8, n_classes=5, **changes):
        given = {"network": toy_network(n_classes, channels, side), "loss": "cross_entropy"}
        return build(**{**given, **saliency_settings["co_mixup"], "part": 6, "clean_weight": 0.0, **changes})

    return make


@pytest.fixture
def random_saliency(monkeypatch):
    """Let the network's saliency be random: one colour has the same gradient everywhere."""
    generator = seeded(7)

    def draw(network, images, *_):
        return spread(torch.rand(len(images), 4, 4, generator=generator) ** 4, images.shape[-1])

    monkeypatch.setattr(co_mixup, "input_saliency", draw)


@pytest.mark.parametrize(("side", "batch_size", "part"), [(8, 12, 6), (8, 15, 6), (32, 5, 20), (8, 9, 4)])
def test_targets_are_the_shares_that_are_shown_and_parts_stay_apart(
    random_saliency, side, batch_size, part, of_one_colour_each, make_mix
):
    images, targets = of_one_colour_each(batch_size, side)
    mixed, mixed_targets = make_mix(batch_size, side, batch_size, part=part)(images, targets, seeded())
    torch.testing.assert_close(mixed_targets, mixed.mean((2, 3)))
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(batch_size))
    assert set(mixed.flatten().tolist()) <= {0.0, 0.5, 1.0}
    part_of = torch.arange(batch_size) // part
    assert (mixed_targets[part_of[:, None] != part_of] == 0).all()
    assert (mixed_targets > 0).sum(1).float().mean() > 1.2


def test_pixels_stay_in_place(random_saliency, traced_batch, make_mix):
    images, targets = traced_batch(8, 3, 8, 8)
    mixed, _ = make_mix(n_classes=8, iterations=1)(images.float(), targets.float(), seeded())
    place = torch.arange(3 * 64).view(3, 8, 8)
    assert torch.equal((mixed.long() - 1) % (3 * 64), place.expand(8, -1, -1, -1))


def test_the_problem_is_the_paper_s(monkeypatch, of_one_colour_each, make_mix):
    saliency = torch.rand(5, 8, 8, generator=seeded(1)) ** 2
    monkeypatch.setattr(co_mixup, "input_saliency", lambda *_: saliency)
    seen = []

    def record(problem, start, *rest):
        seen.append((problem, start, rest))
        return joint_labels(problem, start, *rest)

    monkeypatch.setattr(co_mixup, "joint_labels", record)
    images, targets = of_one_colour_each(5, 8)
    mix = make_mix(5, 8, 5, blocks=2, part=5, compatibility=0.25, eta=0.4, iterations=3, resolve=False)
    priors = []
    for seed in range(100):
        mix(images, targets, seeded(seed))
        problem, start, rest = seen[-1]
        assert rest == (3, False)
        assert start.shape == (1, 5, 2, 2)
        for image in range(5):
            total = saliency[image].sum()
            for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
                block = saliency[image, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4].sum()
                prior = -(problem.cost[0, image, row, column] + (block / total).item()) / (0.4 / 4)
                priors.append(torch.tensor(prior).exp().item())
    assert problem.smoothness == 0.32 / 4
    assert problem.diversity == 1.0 / 4
    assert problem.threshold == 0.83 * 4
    assert problem.hard
    # Each of 5 components of Dir(2, ..., 2), and the same one for the four blocks of an image.
    assert kstest(priors[::20], beta_distribution(2, 8).cdf).pvalue > 1e-4
    assert priors[0] == pytest.approx(priors[3], abs=1e-5)
    assert sum(priors[:20:4]) == pytest.approx(1, abs=1e-5)
    # One of the five starting images in each block, evenly.
    starts = torch.tensor([start.flatten().tolist() for _, start, _ in seen]).flatten().bincount(minlength=5)
    assert (starts / starts.sum() - 0.2).abs().max() < 0.03

    windows = [[saliency[b, r : r + 2, c : c + 2].sum() for r in range(7) for c in range(7)] for b in range(5)]
    best = [divmod(int(torch.tensor(window).argmax()), 7) for window in windows]
    distance = torch.tensor([[abs(r - s) + abs(c - d) for s, d in best] for r, c in best], dtype=torch.float64)
    expected = 0.75 * torch.eye(5, dtype=torch.float64) + 0.25 * distance * 5 / distance.sum()
    torch.testing.assert_close(torch.from_numpy(problem.compatibility[0]), expected, rtol=1e-5, atol=1e-6)


def test_images_whose_salient_places_agree_are_not_compared():
    places = torch.ones(2, 4, 2)
    assert torch.equal(co_mixup._compatibility(places, 0.5), 0.5 * torch.eye(4).expand(2, -1, -1))


@pytest.mark.parametrize("batch_size", [1, 2])
def test_tiny_batches(batch_size, make_mix):
    images = torch.randn(batch_size, 3, 8, 8)
    mixed, mixed_targets = make_mix()(images, torch.eye(5)[:batch_size], seeded())
    assert mixed.shape == images.shape
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(batch_size))
    if batch_size == 1:
        assert torch.equal(mixed, images)


def test_blocks_have_to_divide_the_image(make_mix):
    with pytest.raises(ValueError, match=r"^blocks: found \[3\], expected a number that divides images of 8 x 8"):
        make_mix(blocks=3)(torch.randn(2, 3, 8, 8), torch.eye(5)[:2], seeded())
