"""K-Center greedy (Sener and Savarese 2018): centres chosen so that the farthest point is near to one."""

from __future__ import annotations

import numpy as np

from mixsuite.checks import SettingError, check_count

# Points among which the next centres are looked for; their features stay in the processor's cache.
_CANDIDATES = 1024
# Points whose distances are brought up to date at a time.
_ROWS = 4096


def k_center_greedy(features: np.ndarray, count: int, first: int) -> np.ndarray:
    """Return the places of `count` centres, in the order of their choice: `first`, then always the farthest point.

    `features` are (n, d), float32 or float64; distances are Euclidean, and the farthest is the point whose distance to
    its nearest centre is largest, of equals the earliest.

    A point's distance to its nearest centre only ever falls, so that an old one is an upper bound. Centres are looked
    for among the points with the largest bounds, which alone are brought up to date at each step; when none of them is
    above the bounds of all others, the others catch up with all centres since, in products of whole matrices. The
    choice is that of the plain algorithm, which reads all features once per centre.

    Raises:
        SettingError: count below 1 or above n.
    """
    check_count("count", count, at_least=1)
    if count > len(features):
        raise SettingError(f"count: found {count}, expected at most {len(features)}, the number of points")
    # Distances come of squares, which would lose them where all features lie far from 0.
    distances = _Distances(features - features[first])
    centres = [first]
    # Squared; that of a centre itself is below all others, so that it is not chosen again.
    nearest = np.full(len(features), np.inf, features.dtype)
    nearest[first] = -1
    known = 0
    while len(centres) < count:
        distances.lower(nearest, centres[known:])
        known = len(centres)
        centres += _next_centres(distances, nearest, count - len(centres))
    return np.array(centres, np.int64)


def _next_centres(distances: _Distances, nearest: np.ndarray, most: int) -> list[int]:
    """Return as many next centres, up to `most`, as can be told from the candidates alone; at least one."""
    n = len(nearest)
    if n > _CANDIDATES:
        chosen = np.sort(np.argpartition(nearest, n - _CANDIDATES)[n - _CANDIDATES :])
        outside = np.ones(n, bool)
        outside[chosen] = False
        bound = nearest[outside].max()
    else:
        chosen, bound = np.arange(n), -np.inf
    candidates, own = distances.of(chosen), nearest[chosen]
    found: list[int] = []
    while len(found) < most:
        place = int(own.argmax())
        if own[place] <= bound:
            # A point outside may be as far, and earlier. Before the first choice all distances are exact.
            if not found:
                found.append(int(nearest.argmax()))
            break
        found.append(int(chosen[place]))
        own[place] = -1
        np.minimum(own, candidates.to(found[-1]), out=own, where=own >= 0)
    nearest[found] = -1
    return found


class _Distances:
    """Squared Euclidean distances between rows of `features`, as |x|² + |c|² - 2 x·c."""

    def __init__(self, features: np.ndarray, like: _Distances | None = None) -> None:
        self.rows = features
        self.squares = np.einsum("ij,ij->i", self.rows, self.rows)
        self.whole = self if like is None else like

    def of(self, places: np.ndarray) -> _Distances:
        """Return those of some rows to all."""
        return _Distances(self.rows[places], like=self)

    def to(self, centre: int) -> np.ndarray:
        """Return the distances of these rows to the row `centre` of all."""
        whole = self.whole
        found = self.squares + whole.squares[centre] - 2 * (self.rows @ whole.rows[centre])
        return np.maximum(found, 0, out=found)

    def lower(self, nearest: np.ndarray, centres: list[int]) -> None:
        """Lower `nearest` to the distance to the nearest of `centres`, but for centres themselves, which are -1."""
        targets, squares = self.rows[centres], self.squares[centres]
        for start in range(0, len(self.rows), _ROWS):
            part = slice(start, start + _ROWS)
            products = self.rows[part] @ targets.T
            products *= -2
            products += squares
            found = products.min(axis=1) + self.squares[part]
            np.maximum(found, 0, out=found)
            np.minimum(nearest[part], found, out=nearest[part], where=nearest[part] >= 0)
