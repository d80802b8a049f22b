"""The three exact objectives against the poster's formulas: every image, pair, cut-out and mix, one by one."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.patches import cutmix, cutout, erm, subsets
from mixsuite.patches.cutmix import CutMix
from mixsuite.patches.masked_risk import MaskedRisk, cut_masks
from mixsuite.patches.network import SmoothedLeakyReLU, patch_outputs
from mixsuite.patches.objective import LARGEST_LOGIT, softplus

SHAPES = [(5, 2, 0), (5, 3, 1), (4, 4, 1), (3, 5, 1), (3, 5, 2)]
CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def random_images(n, patches, dimension=9):
    generator = torch.Generator().manual_seed(100 * n + patches)
    images = torch.randn(n, patches, dimension, dtype=torch.float64, generator=generator)
    weights = torch.randn(2, dimension, dtype=torch.float64, generator=generator).requires_grad_()
    labels = torch.tensor([1.0, -1.0, -1.0, 1.0, 1.0][:n], dtype=torch.float64)
    return images, weights, labels


def exact_and_literal(method, literal, n, patches, cut_size):
    """Return (loss, gradient by W) by the objective on the table of activations, and by the formula on images."""
    images, weights, labels = random_images(n, patches)

    def f(image):
        return literal.network(weights, image, 0.1, 1.0)

    if method == "erm":
        objective = MaskedRisk(labels, cut_masks(patches, 0))
        expected = literal.erm_loss(f, images, labels)
    elif method == "cutout":
        objective = MaskedRisk(labels, cut_masks(patches, cut_size))
        expected = literal.cutout_loss(f, images, labels, cut_size)
    else:
        objective = CutMix(labels, subsets.uniform_size(patches))
        expected = literal.cutmix_loss(f, images, labels, literal.uniform_size_probability(patches))
    table = patch_outputs(torch.einsum("sd,npd->snp", weights, images), SmoothedLeakyReLU(0.1, 1.0))
    by_table = objective.gradient(table.detach())
    (gradient,) = torch.autograd.grad((by_table * table).sum(), weights, retain_graph=True)
    (by_autograd,) = torch.autograd.grad(objective.loss(table), table)
    torch.testing.assert_close(by_table, by_autograd, **CLOSE)
    return (objective.loss(table), gradient), (expected, torch.autograd.grad(expected, weights)[0])


@pytest.mark.parametrize("method", ["erm", "cutout", "cutmix"])
@pytest.mark.parametrize(("n", "patches", "cut_size"), SHAPES)
def test_loss_and_gradient_equal_the_enumeration_of_all_images(method, literal, n, patches, cut_size):
    (loss, gradient), (expected_loss, expected_gradient) = exact_and_literal(method, literal, n, patches, cut_size)
    torch.testing.assert_close(loss, expected_loss, **CLOSE)
    torch.testing.assert_close(gradient, expected_gradient, **CLOSE)


@st.composite
def tables(draw, largest=30.0):
    n, patches = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    values = st.lists(st.floats(-largest, largest), min_size=n * patches, max_size=n * patches)
    table = torch.tensor(draw(values), dtype=torch.float64).view(n, patches)
    labels = torch.tensor(draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=n, max_size=n)), dtype=torch.float64)
    return table, labels


@settings(max_examples=40)
@given(case=tables(), data=st.data())
def test_cutmix_is_exact_for_any_activations_labels_and_distribution_of_subsets(case, data, literal):
    table, labels = case
    patches = table.shape[1]
    weights = data.draw(st.lists(st.integers(0, 3), min_size=2**patches, max_size=2**patches).filter(any))
    probabilities = torch.tensor(weights, dtype=torch.float64) / sum(weights)
    table.requires_grad_()
    expected = literal.cutmix_loss(
        lambda image: image.sum(), table, labels, lambda chosen: probabilities[sum(2**p for p in chosen)]
    )
    (gradient,) = torch.autograd.grad(expected, table)
    objective = CutMix(labels, probabilities)
    torch.testing.assert_close(objective.loss(table.detach()), expected.detach(), **CLOSE)
    torch.testing.assert_close(objective.gradient(table.detach()), gradient, **CLOSE)


@settings(max_examples=40)
@given(case=tables(), data=st.data())
def test_cutout_is_exact_for_any_activations_and_labels(case, data, literal):
    table, labels = case
    cut_size = data.draw(st.integers(0, table.shape[1] - 1))
    table.requires_grad_()
    expected = literal.cutout_loss(lambda image: image.sum(), table, labels, cut_size)
    (gradient,) = torch.autograd.grad(expected, table)
    objective = MaskedRisk(labels, cut_masks(table.shape[1], cut_size))
    torch.testing.assert_close(objective.loss(table.detach()), expected.detach(), **CLOSE)
    torch.testing.assert_close(objective.gradient(table.detach()), gradient, **CLOSE)


@given(f=st.floats(-30, 30), patches=st.integers(1, 9), data=st.data(), y_i=st.sampled_from([1, -1]))
def test_two_logistic_terms_are_one_with_a_soft_target(f, patches, data, y_i, literal):
    size, y_j = data.draw(st.integers(0, patches)), data.draw(st.sampled_from([1, -1]))
    f, share = torch.tensor(f, dtype=torch.float64, requires_grad=True), size / patches
    poster = share * literal.logistic(y_i * f) + (1 - share) * literal.logistic(y_j * f)
    target = share * (y_i == 1) + (1 - share) * (y_j == 1)
    torch.testing.assert_close(poster, softplus(f) - target * f, **CLOSE)
    (slope,) = torch.autograd.grad(poster, f)
    torch.testing.assert_close(slope, torch.sigmoid(f.detach()) - target, **CLOSE)


@given(case=tables(), order=st.randoms(use_true_random=False))
def test_cutmix_does_not_depend_on_the_order_of_patches_or_images(case, order):
    table, labels = case
    n, patches = table.shape
    images, places = order.sample(range(n), n), order.sample(range(patches), patches)
    gradient = CutMix(labels, subsets.uniform_size(patches)).gradient(table)
    moved = CutMix(labels[images], subsets.uniform_size(patches)).gradient(table[images][:, places])
    torch.testing.assert_close(moved, gradient[images][:, places], **CLOSE)


def test_cutmix_in_several_blocks_of_subsets_is_the_same(monkeypatch):
    table = torch.randn(6, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([1.0, -1.0, 1.0, 1.0, -1.0, 1.0], dtype=torch.float64)
    whole = CutMix(labels, subsets.uniform_size(5))
    monkeypatch.setattr(cutmix, "TABLE_ENTRIES", 4 * 36)
    parted = CutMix(labels, subsets.uniform_size(5))
    assert (len(whole.blocks), len(parted.blocks)) == (1, 4)
    torch.testing.assert_close(parted.loss(table), whole.loss(table), rtol=1e-13, atol=0)
    torch.testing.assert_close(parted.gradient(table), whole.gradient(table), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("make", [erm.objective, cutout.objective, cutmix.objective])
def test_each_method_is_found_by_name_and_refuses_what_exp_cannot_hold(make, setting):
    labels = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
    objective = make(labels, setting())
    limit = LARGEST_LOGIT / 3
    signs = torch.tensor([[1.0, -1, 1], [-1, -1, -1], [1, 1, 1]], dtype=torch.float64)
    gradient = objective.gradient(0.999 * limit * signs)
    assert gradient.isfinite().all()
    assert gradient.abs().max() <= 1
    for value in (1.001 * limit, torch.inf, torch.nan):
        table = torch.zeros(3, 3, dtype=torch.float64)
        table[1, 2] = value
        with pytest.raises(OverflowError, match="patch activation is"):
            objective.gradient(table)


def test_cutmix_gradient_at_the_edge_of_the_range_is_exact():
    # exp(A) and exp(-B) as large and as small as they are let to be.
    edge = 0.999 * LARGEST_LOGIT / 2
    table = torch.tensor([[edge, edge], [-edge, -edge], [edge, -edge], [-edge, edge]], dtype=torch.float64)
    labels = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)
    objective = CutMix(labels, subsets.uniform_size(2))
    leaf = table.clone().requires_grad_()
    (expected,) = torch.autograd.grad(objective.loss(leaf), leaf)
    torch.testing.assert_close(objective.gradient(table), expected, **CLOSE)


def test_fit_counts_images_on_the_right_side():
    labels = torch.tensor([1.0, -1.0], dtype=torch.float64)
    table = torch.tensor([[3.0, -1.0, -1.0], [-1.0, -1.0, 0.0]], dtype=torch.float64)
    assert MaskedRisk(labels, cut_masks(3, 0)).fit(table).item() == 1
    # Without its first patch the first image gives -2; the second is right each time.
    assert MaskedRisk(labels, cut_masks(3, 1)).fit(table).item() == pytest.approx(5 / 6)
    assert MaskedRisk(labels, cut_masks(3, 0)).fit(0 * table).item() == 0
