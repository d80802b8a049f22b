"""CutMix's other distributions of the mixed patches: lambda ~ Beta(a, a), with free sets of patches or with boxes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from mixsuite.checks import SettingError, check_choice, check_count, check_keys, check_list, check_positive
from mixsuite.patches.subsets import membership, uniform_size

SHAPES = ("free", "box")


@dataclass(frozen=True, kw_only=True)
class Mixing:
    """A distribution of the set S of patches that CutMix takes from its first image, given lambda ~ Beta(a, a).

    free: each patch is in S with probability lambda, by itself. With a = 1 this is oh2024's D_S.
    box: S is a box of patches in a `layout` of rows and columns, at a uniform place inside of it. In a strip (one row
        or one column) the box is an interval, whose length is Binomial(P, lambda); with more of both, the box's rows
        are Binomial(rows, sqrt(lambda)) and its columns Binomial(columns, sqrt(lambda)). So |S| is lambda P on average,
        as the area of the box of Yun et al. (2019) is lambda but for the border, at which theirs is clipped. There the
        box is the second image's; as Beta(a, a) is symmetric and i and j are alike, that is the same.

    Raises:
        SettingError: names the setting, the value found and what is expected.
    """

    beta: float  # a
    shape: str
    layout: tuple[int, int] | None  # rows and columns; None for free sets, which have none

    @classmethod
    def from_mapping(cls, mapping: Mapping) -> "Mixing":
        """Build a mixing from a plain mapping, such as parsed JSON; unknown and missing names are errors."""
        check_keys("mixing", mapping, [field.name for field in fields(cls)])
        layout = mapping["layout"]
        if layout is not None:
            check_list("layout", layout, "two numbers, rows and columns")
            layout = tuple(layout)
        return cls(**{**mapping, "layout": layout})

    def __post_init__(self) -> None:
        """Check every value and how the values fit together."""
        check_positive("beta", self.beta)
        check_choice("shape", self.shape, SHAPES)
        if self.shape == "free" and self.layout is not None:
            raise SettingError(f"layout: found {list(self.layout)} for free sets, expected none")
        if self.shape == "box":
            if self.layout is None or len(self.layout) != 2:
                found = None if self.layout is None else list(self.layout)
                raise SettingError(f"layout: found {found}, expected rows and columns of patches")
            for side in self.layout:
                check_count("layout", side, at_least=1)

    def probabilities(self, patches: int) -> Tensor:
        """Return the probability of each subset of P = `patches` patches (2^P), see `mixsuite.patches.subsets`.

        Raises:
            SettingError: the layout has another number of patches.
        """
        if self.shape == "free":
            sizes = beta_binomial(patches, self.beta)
            of_size = [probability / math.comb(patches, size) for size, probability in enumerate(sizes)]
            return torch.tensor(of_size, dtype=torch.float64)[membership(patches).sum(1).long()]
        rows, columns = self.layout
        if rows * columns != patches:
            raise SettingError(f"layout: found {rows} x {columns}, expected {patches} patches in all")
        return _boxes(rows, columns, self.beta)


def subset_probabilities(patches: int, mixing: Mixing | None) -> Tensor:
    """Return the probability of each subset (2^P) under `mixing`; None is oh2024's D_S."""
    return mixing.probabilities(patches) if mixing else uniform_size(patches)


def beta_binomial(trials: int, beta: float) -> list[float]:
    """Return P(s) for s = 0, ..., `trials` of Binomial(trials, lambda) with lambda ~ Beta(beta, beta).

    (trials choose s) B(s + beta, trials - s + beta) / B(beta, beta), which is uniform with beta = 1.
    """
    whole = _log_beta(beta, beta)
    return [math.comb(trials, s) * math.exp(_log_beta(s + beta, trials - s + beta) - whole) for s in range(trials + 1)]


def box_sides(rows: int, columns: int, beta: float) -> dict[tuple[int, int], float]:
    """Return the probability of each height and width of a box; one of no height or no width is empty."""
    if rows == 1 or columns == 1:
        lengths = enumerate(beta_binomial(rows * columns, beta))
        return {(1, length) if rows == 1 else (length, 1): probability for length, probability in lengths}
    return {
        (height, width): math.comb(rows, height)
        * math.comb(columns, width)
        * _root_moment(height + width, rows + columns - height - width, beta)
        for height in range(rows + 1)
        for width in range(columns + 1)
    }


def _root_moment(successes: int, failures: int, beta: float) -> float:
    """Return E[q^successes (1 - q)^failures] of q = sqrt(lambda), with 1 - q multiplied out: at most 10 failures."""
    whole = _log_beta(beta, beta)
    return math.fsum(
        (-1) ** k * math.comb(failures, k) * math.exp(_log_beta((successes + k) / 2 + beta, beta) - whole)
        for k in range(failures + 1)
    )


def _boxes(rows: int, columns: int, beta: float) -> Tensor:
    probabilities = torch.zeros(2 ** (rows * columns), dtype=torch.float64)
    for (height, width), probability in box_sides(rows, columns, beta).items():
        places = [(top, left) for top in range(rows - height + 1) for left in range(columns - width + 1)]
        for top, left in places:
            inside = (
                row * columns + column for row in range(top, top + height) for column in range(left, left + width)
            )
            probabilities[sum(2**patch for patch in inside)] += probability / len(places)
    return probabilities


def _log_beta(first: float, second: float) -> float:
    return math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)
