"""Other distributions of the mixed patches: every subset with its probability, one by one, by numerical integration."""

import math
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from mixsuite.patches import cutmix, subsets
from mixsuite.patches.cutmix import CutMix
from mixsuite.patches.mixing import Mixing, beta_binomial, box_sides, subset_probabilities

CLOSE = {"rtol": 1e-10, "atol": 1e-10}
BETAS = st.floats(0.05, 20)
LAYOUTS = st.sampled_from([(1, 3), (3, 1), (1, 5), (2, 2), (2, 3), (3, 2), (2, 4), (3, 3)])


def free(beta=0.5):
    return Mixing(beta=beta, shape="free", layout=None)


def box(*layout, beta=0.5):
    return Mixing(beta=beta, shape="box", layout=layout)


def expectation(value, beta):
    """E value(lambda) of lambda ~ Beta(beta, beta): integrated over x with lambda = sin^2(x), which has no poles."""

    def density(x):
        return 2 * (math.sin(x) * math.cos(x)) ** (2 * beta - 1) * value(math.sin(x) ** 2)

    normal = math.exp(2 * math.lgamma(beta) - math.lgamma(2 * beta))
    return quad(density, 0, math.pi / 2, epsabs=1e-13, epsrel=1e-12, limit=400)[0] / normal


def literal_probability(mixing, patches):
    """Return the function that gives a set of patches its probability, from the definition, box by box."""

    def of_free(chosen):
        size = len(chosen)
        return expectation(lambda x: x**size * (1 - x) ** (patches - size), mixing.beta)

    if mixing.shape == "free":
        return of_free
    rows, columns = mixing.layout
    total = {}

    def binomial(trials, successes, q):
        return math.comb(trials, successes) * q**successes * (1 - q) ** (trials - successes)

    for height, width in product(range(rows + 1), range(columns + 1)):
        if min(rows, columns) == 1:
            # The short side is whole; the long one is Binomial(P, lambda).
            if (rows == 1 and height != 1) or (rows > 1 and width != 1):
                continue
            chance = expectation(lambda x, n=height * width: binomial(patches, n, x), mixing.beta)
        else:
            chance = expectation(
                lambda x, h=height, w=width: binomial(rows, h, math.sqrt(x)) * binomial(columns, w, math.sqrt(x)),
                mixing.beta,
            )
        places = list(product(range(rows - height + 1), range(columns - width + 1)))
        for top, left in places:
            inside = product(range(top, top + height), range(left, left + width))
            chosen = tuple(sorted(r * columns + c for r, c in inside))
            total[chosen] = total.get(chosen, 0) + chance / len(places)
    return lambda chosen: total.get(chosen, 0.0)


def chosen_of(number, patches):
    return tuple(p for p in range(patches) if number >> p & 1)


@pytest.mark.parametrize(
    ("mixing", "patches"),
    [
        *((free(0.5), 4), (free(2.0), 3), (box(1, 3), 3), (box(1, 3, beta=1), 3), (box(4, 1, beta=2), 4)),
        *((box(2, 2), 4), (box(2, 3, beta=1), 6), (box(3, 2, beta=3), 6)),
    ],
)
def test_every_subset_has_the_probability_of_its_definition(mixing, patches):
    found = mixing.probabilities(patches)
    probability = literal_probability(mixing, patches)
    for number in range(2**patches):
        assert found[number].item() == pytest.approx(probability(chosen_of(number, patches)), abs=1e-10)


@pytest.mark.parametrize("patches", range(3, 9))
def test_free_sets_of_beta_1_are_the_posters_distribution(patches, setting):
    of_beta, poster = free(1).probabilities(patches), subsets.uniform_size(patches)
    torch.testing.assert_close(of_beta, poster, rtol=0, atol=1e-15)
    generator = torch.Generator().manual_seed(patches)
    table = 5 * torch.randn(7, patches, dtype=torch.float64, generator=generator)
    labels = torch.tensor([1.0, -1, 1, 1, -1, 1, -1], dtype=torch.float64)
    chosen = setting(patches=patches)
    same, usual = cutmix.objective(labels, chosen, free(1)), cutmix.objective(labels, chosen)
    torch.testing.assert_close(same.loss(table), usual.loss(table), rtol=0, atol=1e-10)
    torch.testing.assert_close(same.gradient(table), usual.gradient(table), rtol=0, atol=1e-10)


@pytest.mark.parametrize("mixing", [free(0.5), box(1, 3), box(3, 1, beta=1)])
def test_loss_and_gradient_equal_the_enumeration_of_all_mixes(mixing, literal, setting):
    probability = literal_probability(mixing, 3)
    table = 3 * torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([1.0, -1, -1, 1, 1], dtype=torch.float64)
    table.requires_grad_()
    expected = literal.cutmix_loss(lambda image: image.sum(), table, labels, probability)
    (gradient,) = torch.autograd.grad(expected, table)
    objective = cutmix.objective(labels, setting(), mixing)
    torch.testing.assert_close(objective.loss(table.detach()), expected.detach(), **CLOSE)
    torch.testing.assert_close(objective.gradient(table.detach()), gradient, **CLOSE)


@settings(max_examples=40)
@given(beta=BETAS, layout=LAYOUTS)
def test_probabilities_are_a_distribution_over_boxes_whose_mean_share_is_half(beta, layout):
    rows, columns = layout
    patches = rows * columns
    for mixing in (free(beta), box(*layout, beta=beta)):
        found = mixing.probabilities(patches)
        assert found.min() >= -1e-13
        assert found.sum().item() == pytest.approx(1, abs=1e-12)
        # E|S| = P E lambda = P / 2: the rounding to patches is right on average.
        sizes = subsets.membership(patches).sum(1)
        assert (found * sizes).sum().item() == pytest.approx(patches / 2, abs=1e-10)
    for number in (found > 1e-13).nonzero().flatten().tolist():
        cells = [divmod(patch, columns) for patch in chosen_of(number, patches)]
        heights, widths = {row for row, _ in cells}, {column for _, column in cells}
        assert len(cells) == len(heights) * len(widths)
        assert all(max(side) - min(side) + 1 == len(side) for side in (heights, widths) if side)


@given(beta=BETAS, layout=LAYOUTS)
def test_boxes_look_the_same_in_a_mirror(beta, layout):
    rows, columns = layout
    patches = rows * columns
    found = box(*layout, beta=beta).probabilities(patches)
    mirrored = [patch - patch % columns + columns - 1 - patch % columns for patch in range(patches)]
    for number in range(2**patches):
        image = sum(2 ** mirrored[patch] for patch in chosen_of(number, patches))
        assert found[number].item() == pytest.approx(found[image].item(), abs=1e-14)


@given(beta=BETAS, trials=st.integers(0, 12))
def test_beta_binomial_is_symmetric_and_wider_for_smaller_beta(beta, trials):
    sizes = beta_binomial(trials, beta)
    assert sizes == pytest.approx(sizes[::-1])
    variance = sum(p * (s - trials / 2) ** 2 for s, p in enumerate(sizes))
    # P (P + 2 beta) / (4 (2 beta + 1)), the textbook's variance of the beta-binomial distribution.
    assert variance == pytest.approx(trials * (trials + 2 * beta) / (4 * (2 * beta + 1)), abs=1e-10)


def test_a_strip_and_its_turned_self_have_the_same_lengths():
    assert {(h, w): p for (w, h), p in box_sides(1, 5, 0.7).items()} == box_sides(5, 1, 0.7)
    assert list(box_sides(1, 5, 0.7).values()) == beta_binomial(5, 0.7)


def test_the_middle_of_a_strip_is_mixed_more_often_than_its_ends():
    found = box(1, 3, beta=1).probabilities(3)
    # Sizes are uniform; a pair holds the middle always, an end in half of the cases.
    assert found.tolist() == pytest.approx([1 / 4, 1 / 12, 1 / 12, 1 / 8, 1 / 12, 0, 1 / 8, 1 / 4])


def test_without_a_mixing_subsets_are_the_posters():
    assert torch.equal(subset_probabilities(4, None), subsets.uniform_size(4))
    assert torch.equal(subset_probabilities(4, free(2)), free(2).probabilities(4))
    labels = torch.tensor([1.0, -1.0], dtype=torch.float64)
    assert len(CutMix(labels, box(1, 3).probabilities(3)).members) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": 0}, "beta: found 0, expected a number above 0"),
        ({"beta": -1.5}, "beta: found -1.5, expected a number above 0"),
        ({"shape": "circle"}, "shape: found 'circle'; expected one of box, free"),
        ({"shape": "boxes"}, r"shape: found 'boxes' \(did you mean 'box'\?\)"),
        ({"layout": None}, "layout: found None, expected rows and columns of patches"),
        ({"layout": [3]}, r"layout: found \[3\], expected rows and columns"),
        ({"layout": 3}, "layout: found 3, expected a list of two numbers, rows and columns"),
        ({"layout": [0, 3]}, "layout: found 0, expected a whole number of at least 1"),
        ({"shape": "free"}, r"layout: found \[1, 3\] for free sets, expected none"),
        ({"alpha": 1}, "mixing: unknown key 'alpha'"),
    ],
)
def test_a_bad_mixing_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Mixing.from_mapping({"beta": 1, "shape": "box", "layout": [1, 3]} | change)


def test_a_layout_of_other_patches_is_refused():
    with pytest.raises(ValueError, match="layout: found 2 x 2, expected 3 patches in all"):
        box(2, 2).probabilities(3)
