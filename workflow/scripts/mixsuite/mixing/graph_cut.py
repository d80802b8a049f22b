"""Minimum cuts of many small grids at once.

A grid is an array (H, W) of nodes, each joined with its four neighbours. The grids of a batch are independent of each
other. The maximum flow is scipy's.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

_WIDEST_BY_ROWS = 4
_WORTH_ANOTHER_PASS = 0.02
_LARGEST_CAPACITY = 2**28
"""scipy's capacities have 32 bits, and what a flow leaves of the edge against it is up to twice its capacity."""


def minimum_cut(unary: np.ndarray, down: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the x in {0, 1} that minimises Σ_p unary_p x_p + Σ_pq weight_pq |x_p - x_q| on each grid, and the minimum.

    unary: (N, H, W), finite, of any sign; down: (N, H - 1, W) and right: (N, H, W - 1), the weights between a node and
    the one below it or to its right. All are float64; returned are boolean (N, H, W) and float64 (N).

    Grids up to 4 nodes wide are solved for weights of any sign, by dynamic programming, which for a few dozen of them
    takes a fraction of what setting up a flow does. Wider ones are cut by a maximum flow: negative weights, which no
    flow allows, count as 0, and each grid's numbers are rounded to 2^-28 of its largest.
    """
    if unary.shape[2] <= _WIDEST_BY_ROWS:
        return _by_rows(unary, down, right)
    x = _by_cutting(unary, down.clip(min=0), right.clip(min=0))
    sums = (unary * x).sum(axis=(1, 2)) + (down * (x[:, 1:] != x[:, :-1])).sum(axis=(1, 2))
    return x, sums + (right * (x[:, :, 1:] != x[:, :, :-1])).sum(axis=(1, 2))


def sum_of_neighbours(values: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return (N, H, W): at each node, the sum of its neighbours' values, each times the weight of the edge to it."""
    total = np.zeros_like(values)
    total[:, 1:] += down * values[:, :-1]
    total[:, :-1] += down * values[:, 1:]
    total[:, :, 1:] += right * values[:, :, :-1]
    total[:, :, :-1] += right * values[:, :, 1:]
    return total


def _by_rows(unary: np.ndarray, down: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and its sum by dynamic programming over rows: one of four nodes has 16 states."""
    height, width = unary.shape[1:]
    states, along, across = _row_states(width)
    within = unary @ states + right @ along
    between = (down @ across).reshape(*down.shape[:2], len(states.T), len(states.T))
    best, came_from = within[:, 0], []
    for row in range(1, height):
        reached = best[:, None] + between[:, row - 1]
        came_from.append(reached.argmin(axis=2))
        best = reached.min(axis=2) + within[:, row]
    state = best.argmin(axis=1)
    chosen = [state]
    for origin in reversed(came_from):
        state = origin[np.arange(len(state)), state]
        chosen.append(state)
    return states.T.astype(bool)[np.stack(chosen[::-1], axis=1)], best.min(axis=1)


@cache
def _row_states(width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all rows in {0, 1} (width, S), where each changes (width - 1, S), where two differ (width, S²)."""
    states = (np.arange(2**width) >> np.arange(width)[:, None] & 1).astype(float)
    across = np.abs(states[:, :, None] - states[:, None, :])
    return states, np.abs(np.diff(states, axis=0)), across.reshape(width, -1)


def _by_cutting(unary: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    x, open_ = _decide(unary, down, right)
    if open_.any():
        # What is decided acts on its neighbours like a part of their unary cost.
        sign = np.where(open_, 0.0, np.where(x, -1.0, 1.0))
        x[open_] = _by_flow(unary + sum_of_neighbours(sign, down, right), down, right, open_)
    return x


def _decide(unary: np.ndarray, down: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x, and where it is still open: elsewhere a node's cost outweighs all of its open neighbours together."""
    x, open_ = np.zeros(unary.shape, dtype=bool), np.ones(unary.shape, dtype=bool)
    cost, pull = unary, sum_of_neighbours(np.ones_like(unary), down, right)
    while True:
        zero, one = open_ & (cost >= pull), open_ & (cost < -pull)
        decided = zero | one
        x |= one
        open_ &= ~decided
        if decided.sum() <= _WORTH_ANOTHER_PASS * open_.sum():
            return x, open_
        cost = cost + sum_of_neighbours(zero.astype(float) - one, down, right)
        pull = pull - sum_of_neighbours(decided.astype(float), down, right)


def _by_flow(unary: np.ndarray, down: np.ndarray, right: np.ndarray, open_: np.ndarray) -> np.ndarray:
    """Return x at the open nodes, in their order: 1 where the source of a maximum flow still reaches."""
    largest = [np.abs(values).max(axis=(1, 2), initial=0.0) for values in (unary, down, right)]
    scale = (_LARGEST_CAPACITY / np.max(largest, axis=0).clip(min=np.finfo(float).tiny))[:, None, None]
    number = np.cumsum(open_).reshape(open_.shape) - 1
    vertical, horizontal = open_[:, 1:] & open_[:, :-1], open_[:, :, 1:] & open_[:, :, :-1]
    first = np.concatenate([number[:, :-1][vertical], number[:, :, :-1][horizontal]])
    second = np.concatenate([number[:, 1:][vertical], number[:, :, 1:][horizontal]])
    weight = np.concatenate([(down * scale)[vertical], (right * scale)[horizontal]])
    cost = (unary * scale)[open_]
    source, sink = len(cost), len(cost) + 1
    pays, gains = np.flatnonzero(cost > 0), np.flatnonzero(cost < 0)
    tails = np.concatenate([first, second, pays, np.full(len(gains), source)])
    heads = np.concatenate([second, first, np.full(len(pays), sink), gains])
    capacity = np.rint(np.concatenate([weight, weight, cost[pays], -cost[gains]])).astype(np.int32)
    graph = csr_array((capacity, (tails, heads)), shape=(len(cost) + 2, len(cost) + 2))
    left = graph - maximum_flow(graph, source, sink).flow
    left.eliminate_zeros()
    x = np.zeros(len(cost) + 2, dtype=bool)
    x[breadth_first_order(left, source, return_predecessors=False)] = True
    return x[:-2]
