import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta as beta_distribution
from scipy.stats import chisquare, kstest

from mixsuite.mixing import puzzle_mix
from mixsuite.mixing.blocks import block_means, block_shares
from mixsuite.mixing.labelling import ordered_labels
from mixsuite.mixing.puzzle_mix import build, cut_energy

BETA, GAMMA, ETA = 1.2, 0.5, 0.2


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def make_mix(toy_network, saliency_settings):
    def make(channels=3, side=8, n_classes=5, **changes):
        given = {
            "network": toy_network(n_classes, channels, side),
            "std": torch.full((channels, 1, 1), 0.25),
            "loss": "cross_entropy",
        }
        return build(**{**given, **saliency_settings["puzzle_mix"], **changes})

    return make


def a_batch(batch_size=16, channels=3, side=8, n_classes=5):
    images = torch.randn(batch_size, channels, side, side, generator=seeded(99))
    return images, torch.eye(n_classes)[torch.arange(batch_size) % n_classes]


def literal_energy(shown, sample, partner, shares, pixels, lam, gamma=GAMMA):
    """Add up the energy of one sample whose blocks show 0 or 1 of it, as Kim, Choo and Song (2020) state it."""
    n = len(shown)
    strips = pixels.shape[-1] // n
    total = 0.0
    for i, j in itertools.product(range(n), repeat=2):
        total += shares[partner if shown[i, j] else sample, i, j].item()
        total -= ETA / n**2 * torch.log(lam if shown[i, j] else 1 - lam).item()
        for k, m in ((i + 1, j), (i, j + 1)):
            if k == n or m == n:
                continue
            total += BETA / n / 16 * float(shown[i, j] != shown[k, m])
            one, other = (pixels[sample if shown[place] else partner] for place in ((i, j), (k, m)))
            for strip in range(strips):
                if k > i:
                    column = j * strips + strip
                    colours = one[:, k * strips - 1, column], other[:, k * strips, column]
                else:
                    row = i * strips + strip
                    colours = one[:, row, m * strips - 1], other[:, row, m * strips]
                total += gamma * BETA / n / 16 * (colours[0] - colours[1]).abs().mean().item() / strips
    return total


@given(
    n=st.sampled_from([2, 3]),
    strips=st.integers(1, 3),
    gamma=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=15, deadline=None)
def test_energy_of_two_labels_is_the_paper_s_but_for_a_constant(n, strips, gamma, seed):
    generator = seeded(seed)
    shares = block_shares(torch.rand(3, n, n, generator=generator, dtype=torch.float64), n)
    pixels = torch.rand(3, 2, n * strips, n * strips, generator=generator, dtype=torch.float64)
    lam, partner = torch.rand(1, generator=generator, dtype=torch.float64), torch.randperm(3, generator=generator)
    energy = cut_energy(shares, pixels, partner, lam, BETA, gamma, ETA, 2)
    assert min(energy.down.min(), energy.right.min()) >= 0
    for sample in range(3):
        differences = []
        for _ in range(12):
            labels = torch.randint(2, (n, n), generator=generator)
            ours = energy.unary[:, sample].gather(0, labels[None]).sum()
            ours += (energy.down[sample] * labels.diff(dim=0) ** 2).sum()
            ours += (energy.right[sample] * labels.diff(dim=1) ** 2).sum()
            expected = literal_energy(labels == 0, sample, partner[sample], shares, pixels, lam[0], gamma)
            differences.append(ours.item() - expected)
        assert differences == pytest.approx([differences[0]] * 12, abs=1e-9)


def test_more_labels_lie_between_those_of_two():
    generator, partner = seeded(1), torch.tensor([1, 2, 0])
    shares = block_shares(torch.rand(3, 4, 4, generator=generator, dtype=torch.float64), 4)
    pixels, lam = torch.rand(3, 1, 8, 8, generator=generator, dtype=torch.float64), torch.tensor([0.3])
    two, four = (cut_energy(shares, pixels, partner, lam, BETA, GAMMA, 0.0, labels) for labels in (2, 4))
    for label in range(4):
        expected = ((3 - label) * two.unary[0] + label * two.unary[1]) / 3
        torch.testing.assert_close(four.unary[label], expected)
    torch.testing.assert_close(9 * four.down, two.down)
    torch.testing.assert_close(9 * four.right, two.right)


@pytest.mark.parametrize("lam", [0.0, 0.2, 0.5, 1.0])
def test_prior_is_binomial_and_keeps_the_unary_costs_convex(lam):
    lam = torch.tensor([lam], dtype=torch.float64)
    shares, pixels = torch.full((1, 2, 2), 0.25, dtype=torch.float64), torch.zeros(1, 1, 2, 2, dtype=torch.float64)
    unary = cut_energy(shares, pixels, torch.tensor([0]), lam, BETA, GAMMA, ETA, 3).unary[:, 0, 0, 0]
    assert unary.isfinite().all()
    assert unary[0] - 2 * unary[1] + unary[2] > 0
    if 0 < lam < 1:
        probabilities = torch.cat([lam**2, 2 * lam * (1 - lam), (1 - lam) ** 2])
        torch.testing.assert_close(unary, 0.25 - ETA / 4 * probabilities.log())


def test_weights_below_zero_are_cut_off():
    pixels = torch.tensor([[[[0.0, 0.0], [1.0, 1.0]]], [[[1.0, 1.0], [0.0, 0.0]]]])
    # Where the images alternate, nothing differs across the border, and less is paid than within each of them.
    energy = cut_energy(
        torch.full((2, 2, 2), 0.25), pixels, torch.tensor([1, 0]), torch.tensor([0.5]), 1.0, 2.0, 0.0, 2
    )
    assert (energy.down == 0).all()
    assert (energy.right == 3 / 32).all()


def test_the_labels_of_a_mix_are_the_best_of_all(monkeypatch, make_mix):
    seen = []

    def record(*energy):
        seen.append((energy, ordered_labels(*energy)))
        return seen[-1][1]

    monkeypatch.setattr(puzzle_mix, "ordered_labels", record)
    images, targets = a_batch()
    make_mix(blocks=2)(images, targets, seeded())
    ((unary, down, right), labels) = seen[0]
    for b in range(16):
        energies = {}
        for each in itertools.product(range(3), repeat=4):
            one = torch.tensor(each).view(2, 2).numpy()
            energies[each] = sum(unary[one[i, j], b, i, j] for i in range(2) for j in range(2))
            energies[each] += sum(down[b, 0, j] * (one[0, j] - one[1, j]) ** 2 for j in range(2))
            energies[each] += sum(right[b, i, 0] * (one[i, 0] - one[i, 1]) ** 2 for i in range(2))
        assert energies[tuple(labels[b].flatten())] == pytest.approx(min(energies.values()), abs=1e-9)


@pytest.mark.parametrize("transport", [True, False])
@pytest.mark.parametrize(("side", "batch_size"), [(8, 7), (32, 5), (8, 1), (16, 2)])
def test_targets_are_the_shares_that_are_shown(side, batch_size, transport, of_one_colour_each, make_mix):
    images, targets = of_one_colour_each(batch_size, side)
    mix = make_mix(batch_size, side, batch_size + 1, transport=transport)
    shown = set()
    for seed in range(6):
        mixed, mixed_targets = mix(images, functional_pad(targets), seeded(seed))
        torch.testing.assert_close(mixed_targets[:, :batch_size], mixed.mean((2, 3)))
        torch.testing.assert_close(mixed_targets.sum(1), torch.ones(batch_size))
        shown |= set(mixed.flatten().tolist())
    assert shown <= {0.0, 0.5, 1.0}
    assert shown == {0.0, 0.5, 1.0} or batch_size < 3


def functional_pad(targets):
    """Add a class that no sample has: networks have two classes at least."""
    return torch.nn.functional.pad(targets, [0, 1])


@pytest.mark.parametrize("labels", [2, 4])
def test_there_are_as_many_blends_as_labels(labels, of_one_colour_each, make_mix):
    images, targets = of_one_colour_each(12, 16)
    mix = make_mix(12, 16, 12, labels=labels, transport=False)
    shown = torch.cat([mix(images, targets, seeded(seed))[0].flatten() for seed in range(6)])
    torch.testing.assert_close(shown.mul(12).round().unique() / 12, torch.linspace(0, 1, labels))


def test_without_transport_pixels_stay_in_place(make_mix):
    images, targets = a_batch()
    mixed, _ = make_mix(transport=False, labels=2)(images, targets, seeded(3))
    came_from = (mixed[:, None] == images[None]).all(2)
    assert came_from.any(1).all()


def test_with_transport_whole_cells_move(monkeypatch, traced_batch, make_mix):
    monkeypatch.setattr(puzzle_mix, "input_saliency", lambda *_: torch.rand(16, 8, 8, generator=seeded(2)) ** 4)
    images, targets = traced_batch(16, 3, 8, 8)
    mix = make_mix(n_classes=16, eta=0.0, beta=0.0, transport_cost=0.01, labels=2, blocks=2, transport_size=2)
    mixed, _ = mix(images.float(), targets.float(), seeded(1))
    place = (mixed.long() - 1) % (3 * 64)
    # The same pixel of the cell, in the same channel, but of another cell.
    own = torch.arange(3 * 64).view(3, 8, 8)
    assert (place // 64 == own // 64).all()
    assert (place % 2 == own % 2).all()
    assert (place // 8 % 2 == own // 8 % 2).all()
    moved = block_means((place != own).float(), 4)
    assert 0.05 < moved.mean() < 0.95
    assert (moved % 1 == 0).all()


def test_cells_that_are_shown_by_half_take_in_others(monkeypatch, make_mix):
    """Two images, salient on the left, and a label each: on the left the sample itself, on the right both by half."""
    saliency = torch.zeros(2, 8, 8)
    saliency[:, :4, :4], saliency[:, 4:, :4] = 0.6, 0.4
    monkeypatch.setattr(puzzle_mix, "input_saliency", lambda *_: saliency)
    monkeypatch.setattr(puzzle_mix, "permuted_partners", lambda *_: torch.tensor([[0, 1], [1, 0]]))
    monkeypatch.setattr(puzzle_mix, "ordered_labels", lambda *_: torch.tensor([0, 1]).expand(2, 2, 2).numpy())
    images, targets = a_batch(2)
    mixed, mixed_targets = make_mix(blocks=2, transport_cost=0.01)(images, targets, seeded())
    left, right = images.split(4, dim=3)
    # The partner's left side is not seen in its place, and so moves to the right one.
    torch.testing.assert_close(mixed, torch.cat([left, (right + left.flip(0)) / 2], dim=3))
    torch.testing.assert_close(mixed_targets, 0.75 * targets + 0.25 * targets.flip(0))


def test_pixels_are_compared_as_they_were_before_normalisation(monkeypatch, make_mix):
    monkeypatch.setattr(puzzle_mix, "input_saliency", lambda *_: torch.rand(16, 8, 8, generator=seeded(2)))
    pixels, targets = torch.rand(16, 3, 8, 8, generator=seeded(3)), a_batch()[1]
    # Powers of two, so that nothing is rounded.
    stds = torch.tensor([[0.5, 0.25, 0.125], [0.03125, 0.25, 1.0]])[:, :, None, None]
    (first, first_targets), (second, second_targets) = (
        make_mix(std=std, beta=4.0, gamma=1.0)(pixels / std, targets, seeded(4)) for std in stds
    )
    assert torch.equal(first * stds[0], second * stds[1])
    assert torch.equal(first_targets, second_targets)
    assert not torch.equal(first * stds[0], pixels)


def test_lambda_is_beta_and_the_number_of_blocks_is_drawn_evenly(monkeypatch, make_mix):
    lambdas, counts = [], []

    def record(shares, pixels, partner, lam, *rest):
        lambdas.append(lam.item())
        counts.append(shares.shape[-1])
        return cut_energy(shares, pixels, partner, lam, *rest)

    monkeypatch.setattr(puzzle_mix, "cut_energy", record)
    images, targets = a_batch(2)
    mix, generator = make_mix(alpha=0.5), seeded()
    for _ in range(200):
        mix(images, targets, generator)
    assert kstest(lambdas, beta_distribution(0.5, 0.5).cdf).pvalue > 1e-4
    # 16 blocks do not divide 8 pixels.
    assert chisquare([counts.count(2), counts.count(4), counts.count(8)]).pvalue > 1e-4


def test_a_large_lambda_shows_the_sample_itself(monkeypatch, of_one_colour_each, make_mix):
    images, targets = of_one_colour_each(9, 8)
    mix = make_mix(9, 8, 9, eta=2.0, transport=False)
    for lam, itself in ((1.0, 1.0), (0.0, 0.0)):
        monkeypatch.setattr(puzzle_mix, "proportions", lambda *_, lam=lam: torch.tensor([[lam], [1 - lam]]))
        monkeypatch.setattr(
            puzzle_mix, "permuted_partners", lambda *_: torch.stack([torch.arange(9), torch.arange(9).roll(1)])
        )
        _, mixed_targets = mix(images, targets, seeded())
        assert (mixed_targets.diagonal() == itself).all()


def test_no_block_count_divides_the_image(make_mix):
    with pytest.raises(
        ValueError, match=r"^blocks: found \[2, 4, 8, 16\], expected a number that divides images of 9 x 9"
    ):
        make_mix(side=9)(*a_batch(side=9), seeded())
