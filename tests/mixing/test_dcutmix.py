"""DCutMix against the literal loop of the pseudo-code: equal distributions of all that can be seen of a mix."""

import numpy as np
import pytest
import torch
from scipy.stats import chi2_contingency, ks_2samp

from mixsuite.mixing.dcutmix import build
from mixsuite.mixing.draws import dirichlet
from mixsuite.mixing.owner_map import owners_by_boxes
from mixsuite.mixing.stick_breaking import nested_boxes

HEIGHT, WIDTH, N_CLASSES = 12, 16, 10
# Some 1,500 comparisons, all with fixed seeds: at this level a correct method fails none, and a wrong one many.
LEVEL = 1e-5


def a_batch(n_draws, seed):
    labels = torch.from_numpy(np.random.default_rng(seed).integers(N_CLASSES, size=n_draws))
    return torch.zeros(n_draws, 1, HEIGHT, WIDTH), torch.eye(N_CLASSES, dtype=torch.float64)[labels]


def seen_in_targets(targets):
    sorted_mass = targets.sort(dim=1, descending=True).values
    seen = {f"mass of class {c}": targets[:, c] for c in range(N_CLASSES)}
    seen |= {f"mass of rank {rank}": sorted_mass[:, rank] for rank in range(4)}
    return seen | {"number of classes": (targets > 0).sum(1)}


def seen_in_boxes(top, left, height, width):
    seen = {}
    for k in range(len(top)):
        seen |= {f"top {k}": top[k], f"left {k}": left[k], f"height {k}": height[k], f"width {k}": width[k]}
        seen |= {f"area {k}": height[k] * width[k]}
    return seen


def vectorised(n_draws, n_images, alpha, seed):
    generator = torch.Generator().manual_seed(seed)
    phi = dirichlet(alpha, n_images, n_draws, generator)
    boxes = nested_boxes(phi, HEIGHT, WIDTH, generator)
    top, left = boxes.start.unbind(1)
    height, width = (boxes.end - boxes.start).unbind(1)
    shares = owners_by_boxes(boxes, HEIGHT, WIDTH).shares
    mix = build(images=n_images, alpha=alpha, probability=1.0)
    _, targets = mix(*a_batch(n_draws, seed), generator)
    owned = {f"owned by {k}": shares[k] for k in range(n_images)}
    return seen_in_boxes(top, left, height, width) | owned | seen_in_targets(targets)


def literal(literal_dcutmix, n_draws, n_images, alpha, seed):
    rng = np.random.default_rng(seed)
    _, targets, boxes = literal_dcutmix(*a_batch(n_draws, seed + 1), n_images, alpha, rng)
    top, left, height, width = torch.tensor(boxes).permute(2, 1, 0)
    whole = torch.full((1, n_draws), HEIGHT * WIDTH)
    held = torch.cat([whole, height * width, torch.zeros_like(whole)]).double() / (HEIGHT * WIDTH)
    owned = {f"owned by {k}": held[k] - held[k + 1] for k in range(n_images)}
    return seen_in_boxes(top, left, height, width) | owned | seen_in_targets(targets)


def p_value(first, second):
    """Of a two-sample test: chi-squared for few distinct values, rare ones pooled; Kolmogorov and Smirnov for many."""
    first, second = np.round(np.asarray(first, dtype=float), 9), np.round(np.asarray(second, dtype=float), 9)
    values, which = np.unique(np.concatenate([first, second]), return_inverse=True)
    if len(values) > 30:
        return ks_2samp(first, second).pvalue
    counts = np.stack([np.bincount(half, minlength=len(values)) for half in (which[: len(first)], which[len(first) :])])
    rare = counts.sum(0) < 20
    counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(1)])
    counts = counts[:, counts.sum(0) > 0]
    return chi2_contingency(counts).pvalue if counts.shape[1] > 1 else 1.0


def differences(one, other):
    assert one.keys() == other.keys()
    return {what: p for what in one if (p := p_value(one[what], other[what])) < LEVEL}


@pytest.mark.parametrize(("n_images", "alpha"), [(2, 1.0), (3, 1 / 3), (5, 0.2)])
def test_distribution_is_that_of_the_literal_loop(literal_dcutmix, n_images, alpha):
    reference = literal(literal_dcutmix, 3000, n_images, alpha, seed=1)
    assert differences(vectorised(3000, n_images, alpha, seed=2), reference) == {}


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.2, 1 / 3, 1.0])
@pytest.mark.parametrize("n_images", [2, 3, 5, 9])
def test_distribution_is_that_of_the_literal_loop_at_20_000_draws(literal_dcutmix, n_images, alpha):
    reference = literal(literal_dcutmix, 20_000, n_images, alpha, seed=3)
    assert differences(vectorised(20_000, n_images, alpha, seed=4), reference) == {}


def test_the_comparison_tells_another_alpha_apart(literal_dcutmix):
    reference = literal(literal_dcutmix, 3000, 3, 0.25, seed=1)
    found = differences(vectorised(3000, 3, 1 / 3, seed=2), reference)
    assert {"height 0", "area 1", "owned by 0", "number of classes"} <= found.keys()


def test_literal_loop_has_labels_that_are_areas(literal_dcutmix, traced_batch, traced_sources):
    images, targets = traced_batch(20, 2, 9, 7)
    for n_images in (2, 5):
        mixed, mixed_targets, _ = literal_dcutmix(images, targets, n_images, 0.5, np.random.default_rng(0))
        source = traced_sources(mixed)
        for b in range(20):
            area = source[b].flatten().bincount(minlength=20).double() / 63
            torch.testing.assert_close(mixed_targets[b], area)


def test_k_of_2_shows_the_innermost_image(traced_batch):
    images, targets = traced_batch(200, 1, 8, 8)
    mix = build(images=2, alpha=1.0, probability=1.0)
    _, mixed_targets = mix(images, targets, torch.Generator().manual_seed(0))
    assert ((mixed_targets > 0).sum(1) == 2).float().mean() > 0.8
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(200, dtype=torch.float64))
