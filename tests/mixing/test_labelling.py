import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.labelling import expanded_labels, ordered_labels


def neighbours(height, width):
    """Yield the two ends of every edge of a grid."""
    for i, j in itertools.product(range(height), range(width)):
        if i + 1 < height:
            yield (i, j), (i + 1, j)
        if j + 1 < width:
            yield (i, j), (i, j + 1)


def all_labellings(n_labels, height, width):
    for labels in itertools.product(range(n_labels), repeat=height * width):
        yield np.array(labels).reshape(height, width)


def unary_sum(labels, unary):
    return sum(unary[labels[place], *place] for place in np.ndindex(labels.shape))


def ordered_energy(labels, unary, down, right):
    total = unary_sum(labels, unary)
    for p, q in neighbours(*labels.shape):
        weight = down[p] if p[0] != q[0] else right[p]
        total += weight * (labels[p] - labels[q]) ** 2
    return total


def expansion_energy(labels, unary, distance, weight):
    pairs = neighbours(*labels.shape)
    return unary_sum(labels, unary) + weight * sum(distance[labels[p], labels[q]] for p, q in pairs)


def convex_problem(seed, n_labels, n_grids, height, width, strength):
    rng = np.random.default_rng(seed)
    slope, curvature = rng.normal(size=(2, 1, n_grids, height, width))
    steps = np.arange(n_labels)[:, None, None, None] - (n_labels - 1) / 2
    unary = slope * steps + np.abs(curvature) * rng.random() * steps**2
    down = strength * rng.random((n_grids, height - 1, width))
    return unary, down, strength * rng.random((n_grids, height, width - 1))


@given(
    size=st.sampled_from([(3, 2, 2), (3, 2, 3), (3, 3, 2), (3, 1, 6), (2, 2, 5), (4, 2, 2), (5, 1, 3), (3, 1, 1)]),
    strength=st.floats(0, 2),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=40, deadline=None)
def test_ordered_labels_are_the_optimum_of_all(size, strength, seed):
    problem = convex_problem(seed, *size[:1], 2, *size[1:], strength)
    found = ordered_labels(*problem)
    for n in range(2):
        unary, down, right = problem[0][:, n], problem[1][n], problem[2][n]
        best = min(ordered_energy(labels, unary, down, right) for labels in all_labellings(*size))
        assert ordered_energy(found[n], unary, down, right) == pytest.approx(best, abs=1e-6)


def test_no_change_of_a_few_labels_lowers_a_large_ordered_problem():
    unary, down, right = convex_problem(3, 3, 1, 8, 8, 0.5)
    (labels,) = ordered_labels(unary, down, right)
    assert len(np.unique(labels)) == 3
    problem = unary[:, 0], down[0], right[0]
    found, rng = ordered_energy(labels, *problem), np.random.default_rng(0)
    for _ in range(300):
        changed = labels.copy()
        i, j, height, width = rng.integers(0, 7, 4)
        changed[i : i + height, j : j + width] = rng.integers(3)
        assert ordered_energy(changed, *problem) >= found - 1e-6


def potts(n_grids, n_labels):
    return np.tile(1 - np.eye(n_labels), (n_grids, 1, 1))


def with_blends(n_grids, n_images):
    """Return Co-Mixup's distances: the last label is a blend of the first two."""
    distance = potts(n_grids, n_images + 1)
    distance[:, -1, :2] = distance[:, :2, -1] = 0.25
    return distance


@given(
    seed=st.integers(0, 2**31),
    weight=st.floats(0, 1),
    blends=st.booleans(),
    size=st.sampled_from([(1, 1), (2, 2), (2, 3), (1, 5)]),
)
@settings(max_examples=40, deadline=None)
def test_no_label_can_be_expanded_to_lower_the_sum(seed, weight, blends, size):
    if blends and size[1] > 4:
        weight = 0.0  # there, blends make for weights that no flow can have
    unary = np.random.default_rng(seed).random((4, 2, *size))
    distance = with_blends(2, 3) if blends else potts(2, 4)
    found = expanded_labels(unary, distance, weight)
    for n in range(2):
        problem = unary[:, n], distance[n], weight
        lowest = expansion_energy(found[n], *problem)
        for label in range(4):
            for moved in all_labellings(2, *size):
                assert expansion_energy(np.where(moved, label, found[n]), *problem) >= lowest - 1e-9


def test_expansion_mostly_finds_the_optimum():
    n_grids = 40
    unary = np.random.default_rng(0).random((4, n_grids, 2, 2))
    for distance in (potts(n_grids, 4), with_blends(n_grids, 3)):
        found = expanded_labels(unary, distance, 0.3)
        excess = []
        for n in range(n_grids):
            problem = unary[:, n], distance[n], 0.3
            best = min(expansion_energy(labels, *problem) for labels in all_labellings(4, 2, 2))
            excess.append(expansion_energy(found[n], *problem) - best)
        assert min(excess) > -1e-9
        assert np.mean(np.array(excess) < 1e-9) >= 0.9
        assert np.mean(excess) < 0.01


def test_wide_grids_are_labelled_too():
    unary, distance = np.random.default_rng(1).random((5, 3, 8, 8)), with_blends(3, 4)
    found = expanded_labels(unary, distance, 0.2)
    cheapest = unary.argmin(axis=0)
    for n in range(3):
        problem = unary[:, n], distance[n], 0.2
        lowest = expansion_energy(found[n], *problem)
        assert lowest < expansion_energy(cheapest[n], *problem)
        for label in range(5):
            assert lowest <= expansion_energy(np.full((8, 8), label), *problem) + 1e-9


def test_a_label_of_infinite_cost_is_not_used():
    unary = np.random.default_rng(2).random((3, 4, 4, 4))
    unary[2, 1:] = np.inf
    unary[2, 0] = -1
    found = expanded_labels(unary, potts(4, 3), 0.1)
    assert (found[0] == 2).all()
    assert (found[1:] < 2).all()
