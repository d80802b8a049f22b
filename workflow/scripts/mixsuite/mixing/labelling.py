"""Labels for the nodes of many small grids at once, found by minimum cuts.

Grids, `down` and `right` are those of `mixsuite.mixing.graph_cut`. The unary costs are (L, N, H, W): of each label, for
each node. All numbers are float64.
"""

from __future__ import annotations

import numpy as np

from mixsuite.mixing.graph_cut import minimum_cut, sum_of_neighbours

_TOLERANCE = 1e-10


def ordered_labels(unary: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the labels (N, H, W) in 0..L-1 that minimise Σ_p unary_p(l_p) + Σ_pq weight_pq (l_p - l_q)².

    The unary costs must be convex along the labels. Then the sum is L♮-convex, and two-phase steepest descent finds a
    minimiser (Murota and Shioura 2014): from the middle label, raise the best set of nodes by one as often as there are
    labels above, then lower as often as there are labels below. Each step is a minimum cut. (Ishikawa's graph, 2003,
    needs no convexity, but has L - 1 nodes for each of these, and is slower to cut.)
    """
    n_labels = len(unary)
    middle = (n_labels - 1) // 2
    labels = np.full(unary.shape[1:], middle)
    for direction, n_steps in ((1, n_labels - 1 - middle), (-1, middle)):
        for _ in range(n_steps):
            labels += direction * _best_step(unary, down, right, labels, direction)
    return labels


def _best_step(
    unary: np.ndarray, down: np.ndarray, right: np.ndarray, labels: np.ndarray, direction: int
) -> np.ndarray:
    stepped = (labels + direction).clip(0, len(unary) - 1)
    change = _of_labels(unary, stepped) - _of_labels(unary, labels)
    # w (d + s (x_p - x_q))² = w d² + 2 s w d (x_p - x_q) + w |x_p - x_q| for x in {0, 1} and a direction s.
    change += 2 * direction * _divergence(down * -np.diff(labels, axis=1), right * -np.diff(labels, axis=2))
    stuck = sum_of_neighbours(np.ones_like(change), down, right) + 1
    return minimum_cut(np.where(stepped == labels, stuck, change), down, right)[0]


def _of_labels(unary: np.ndarray, labels: np.ndarray) -> np.ndarray:
    n, height, width = labels.shape
    return unary[labels, np.arange(n)[:, None, None], np.arange(height)[:, None], np.arange(width)]


def _divergence(down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return, at each node, what goes out of it less what comes in, where edges carry `down` and `right`."""
    total = np.zeros((len(down), right.shape[1], down.shape[2]))
    total[:, :-1] += down
    total[:, 1:] -= down
    total[:, :, :-1] += right
    total[:, :, 1:] -= right
    return total


def expanded_labels(unary: np.ndarray, distance: np.ndarray, weight: float) -> np.ndarray:
    """Return labels (N, H, W) in 0..L-1 with a low Σ_p unary_p(l_p) + weight · Σ_pq distance(l_p, l_q) on each grid.

    distance: (N, L, L), symmetric, 0 on the diagonal. From each node's cheapest label on, the best expansion move
    (Boykov, Veksler and Zabih 2001) is made: that of the label which, given to the best set of nodes, lowers the sum
    most. No label has such a move in the end, and the sum is never above that of any single label.

    A label between two others, which together cost less than their distance, makes for negative weights, with which
    `minimum_cut` finds the best set of nodes on narrow grids only; on wide ones a good set.
    """
    labels = unary.argmin(axis=0)
    moving = np.arange(len(labels))
    while len(moving):
        moved, changes = _best_expansion(unary[:, moving], weight * distance[moving], labels[moving])
        labels[moving] = moved
        moving = moving[changes]
    return labels


def _best_expansion(unary: np.ndarray, distance: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels after the best expansion move of each grid, and whether there was one that lowers the sum."""
    n_labels, n_grids = unary.shape[:2]
    grids = np.arange(n_grids)[:, None, None]
    to_each = np.moveaxis(distance[grids, labels], -1, 0)
    gain = unary - _of_labels(unary, labels)
    weights = []
    for axis in (1, 2):
        first, second = _ends(axis)
        a, b = to_each[:, *first], to_each[:, *second]
        between = distance[grids, labels[first], labels[second]]
        # Of an edge's ends p and q, only p is given the label: b - between. Only q: a - between. Both: -between.
        gain[:, *first] += (b - a - between) / 2
        gain[:, *second] += (a - b - between) / 2
        weights.append((a + b - between) / 2)
    # No set lowers the sum by more than all that may be gained.
    tried = sum(np.minimum(values, 0).sum(axis=(2, 3)) for values in (gain, *weights)) < -_TOLERANCE
    sets, found = minimum_cut(*(values[tried] for values in (gain, *weights)))
    sums = np.zeros((n_labels, n_grids))
    sums[tried] = found
    label = sums.argmin(axis=0)
    changes = sums.min(axis=0) < -_TOLERANCE
    expanding = np.zeros((n_labels, *labels.shape), dtype=bool)
    expanding[tried] = sets
    return np.where(expanding[label, grids[:, 0, 0]], label[:, None, None], labels), changes


def _ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return where in (N, H, W) the first and the second ends of all edges along an axis are."""
    before = (slice(None),) * axis
    return (*before, slice(None, -1)), (*before, slice(1, None))
