import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.graph_cut import minimum_cut


def random_grids(seed, n_grids, height, width, strength=1.0, lowest=0.0):
    rng = np.random.default_rng(seed)
    unary = rng.normal(size=(n_grids, height, width))
    down = strength * rng.uniform(lowest, 1, size=(n_grids, height - 1, width))
    right = strength * rng.uniform(lowest, 1, size=(n_grids, height, width - 1))
    return unary, down, right


def energy(x, unary, down, right):
    """Return the energy of one grid, added up node by node and edge by edge."""
    height, width = unary.shape
    total = sum(unary[i, j] for i in range(height) for j in range(width) if x[i, j])
    total += sum(down[i, j] for i in range(height - 1) for j in range(width) if x[i, j] != x[i + 1, j])
    total += sum(right[i, j] for i in range(height) for j in range(width - 1) if x[i, j] != x[i, j + 1])
    return total


def lowest_energy(unary, down, right):
    all_x = (np.array(x).reshape(unary.shape) for x in itertools.product([False, True], repeat=unary.size))
    return min(energy(x, unary, down, right) for x in all_x)


shapes = st.sampled_from([(1, 1), (1, 4), (4, 1), (2, 2), (2, 3), (3, 2), (2, 4), (1, 5), (1, 8), (2, 5)])


@given(shape=shapes, strength=st.floats(0, 3), n_grids=st.integers(1, 3), seed=st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_is_the_optimum_of_all_assignments(shape, strength, n_grids, seed):
    grids = random_grids(seed, n_grids, *shape, strength)
    for x, minimum, *grid in zip(*minimum_cut(*grids), *grids, strict=True):
        assert energy(x, *grid) == pytest.approx(lowest_energy(*grid), abs=1e-6)
        assert energy(x, *grid) == pytest.approx(minimum, abs=1e-12)


@given(shape=shapes.filter(lambda shape: shape[1] <= 4), seed=st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_narrow_grids_may_have_negative_weights(shape, seed):
    grids = random_grids(seed, 2, *shape, lowest=-1.0)
    for x, minimum, *grid in zip(*minimum_cut(*grids), *grids, strict=True):
        assert energy(x, *grid) == pytest.approx(lowest_energy(*grid), abs=1e-12)
        assert energy(x, *grid) == pytest.approx(minimum, abs=1e-12)


@pytest.mark.parametrize("strength", [0.1, 0.5, 2.0])
def test_a_flow_finds_what_rows_find(strength):
    unary, down, right = random_grids(5, 20, 12, 4, strength)
    turned, _ = minimum_cut(*(np.swapaxes(values, 1, 2) for values in (unary, right, down)))
    by_flow, (by_rows, _) = np.swapaxes(turned, 1, 2), minimum_cut(unary, down, right)
    assert 0 < by_rows.mean() < 1
    for flow, rows, *grid in zip(by_flow, by_rows, unary, down, right, strict=True):
        assert energy(flow, *grid) == pytest.approx(energy(rows, *grid), abs=1e-6)


@pytest.mark.parametrize("width", [4, 7])
def test_grids_do_not_know_of_each_other(width):
    grids = random_grids(1, 6, 6, width)
    # Each by itself, and beside grids of much larger numbers.
    alone = [minimum_cut(*(values[n : n + 1] for values in grids))[0][0] for n in range(6)]
    scale = np.array([1, 1e9, 1e-9, 1, 1e12, 1e3])[:, None, None]
    together, _ = minimum_cut(*(values * scale for values in grids))
    assert np.array_equal(together, np.stack(alone))


@pytest.mark.parametrize("width", [3, 9])
def test_where_nothing_matters_any_answer_is_given(width):
    unary, down, right = (np.zeros_like(values) for values in random_grids(0, 2, 5, width))
    x, minimum = minimum_cut(unary, down, right)
    assert x.shape == (2, 5, width)
    assert (minimum == 0).all()
    assert minimum_cut(unary[:0], down[:0], right[:0])[0].shape == (0, 5, width)


def test_a_strong_weight_joins_neighbours():
    unary = np.array([[[-3.0, 1.0, 1.0, 1.0, 1.0, 1.0]]])
    down = np.zeros((1, 0, 6))
    (weak, _), (strong, _) = (minimum_cut(unary, down, np.full((1, 1, 5), weight)) for weight in (0.5, 5.0))
    assert weak.tolist() == [[[True, False, False, False, False, False]]]
    assert not strong.any()
