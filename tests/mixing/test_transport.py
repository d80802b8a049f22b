import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.transport import transport_plan


def literal_plan(saliency, visible, cost, large=1e3):
    """Follow Kim, Choo and Song's (2020) masked transport on one image (n, n) with the matrix of all costs."""
    n = len(saliency)
    places = list(itertools.product(range(n), repeat=2))
    squared = torch.tensor([[(a - c) ** 2 + (b - d) ** 2 for c, d in places] for a, b in places])
    costs = cost * squared / (n - 1) ** 2 - saliency.flatten()[:, None] * visible.flatten()
    for _ in range(10000):
        target = costs.argmin(1)
        winners, losers = {}, []
        for source, place in enumerate(target.tolist()):
            rival = winners.get(place)
            if rival is None or costs[source, place] < costs[rival, place]:
                winners[place] = source
                losers += [] if rival is None else [rival]
            else:
                losers.append(source)
        if not losers:
            return winners
        for source in losers:
            costs[source, target[source]] += large
    raise AssertionError("the algorithm did not converge")


def random_problem(seed, batch_size, n):
    generator = torch.Generator().manual_seed(seed)
    saliency = torch.rand(batch_size, n, n, generator=generator, dtype=torch.float64) ** 3
    visible = torch.rand(batch_size, n, n, generator=generator) < torch.rand((), generator=generator)
    return saliency / saliency.sum((1, 2), keepdim=True), visible


problems = {
    "seed": st.integers(0, 2**31),
    "n": st.integers(2, 6),
    "cost": st.sampled_from([0.05, 0.2, 0.8, 3.0]),
}


@given(**problems)
@settings(max_examples=60, deadline=None)
def test_shows_what_the_paper_s_algorithm_shows(seed, n, cost):
    saliency, visible = random_problem(seed, 3, n)
    plan = transport_plan(saliency, visible, cost).flatten(1)
    for b in range(3):
        expected = literal_plan(saliency[b], visible[b], cost)
        for place in visible[b].flatten().nonzero().flatten().tolist():
            assert plan[b, place] == expected[place]


@given(**{**problems, "cost": st.sampled_from([0.0, 0.1, 0.8])})
@settings(max_examples=60, deadline=None)
def test_no_block_is_shown_twice_and_no_place_is_worse_off(seed, n, cost):
    saliency, visible = random_problem(seed, 4, n)
    plan = transport_plan(saliency, visible, cost)
    for b in range(4):
        shown = plan[b][visible[b]]
        assert len(shown.unique()) == len(shown)
        own = torch.arange(n * n).view(n, n)[visible[b]]
        distance = (shown // n - own // n) ** 2 + (shown % n - own % n) ** 2
        worth = saliency[b].flatten()[shown] - cost * distance / (n - 1) ** 2
        assert (worth >= saliency[b].flatten()[own] - 1e-12).all()
        assert torch.equal(plan[b][~visible[b]], torch.arange(n * n).view(n, n)[~visible[b]])


@pytest.mark.parametrize("visible", [torch.zeros(2, 4, 4, dtype=torch.bool), torch.ones(2, 4, 4, dtype=torch.bool)])
def test_nothing_moves_where_all_or_nothing_is_seen(visible):
    saliency, _ = random_problem(0, 2, 4)
    assert torch.equal(transport_plan(saliency, visible, 0.01), torch.arange(16).view(4, 4).expand(2, 4, 4))


def test_nothing_moves_where_moving_is_dear():
    saliency, visible = random_problem(1, 5, 4)
    assert torch.equal(transport_plan(saliency, visible, 100.0), torch.arange(16).view(4, 4).expand(5, 4, 4))


def test_a_plan_by_hand():
    # Only the left column is seen; one step costs 0.1. Block 1 goes to place 0, whose own block finds no better place;
    # block 3 is worth 0.2 - 0.1 at place 2, less than the block there.
    saliency, visible = torch.tensor([[[0.1, 0.5], [0.2, 0.2]]]), torch.tensor([[[True, False], [True, False]]])
    assert transport_plan(saliency, visible, 0.1).tolist() == [[[1, 1], [2, 3]]]


def test_of_equal_blocks_one_is_shown():
    saliency, visible = torch.full((1, 3, 3), 0.1), torch.zeros(1, 3, 3, dtype=torch.bool)
    saliency[0, 1, 1], visible[0, 1, 1] = 0.0, True
    assert transport_plan(saliency, visible, 0.1)[0, 1, 1] == 1


def test_saliency_of_zero_moves_nothing():
    visible = torch.tensor([[[True, False], [False, True]]])
    assert transport_plan(torch.zeros(1, 2, 2), visible, 0.8).tolist() == [[[0, 1], [2, 3]]]
