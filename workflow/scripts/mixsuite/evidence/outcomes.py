"""What became of each claim: the verdict of the score card's rule, and the differences behind it, seed by seed."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mixsuite.config.manifest import Bound, Claim, Order
from mixsuite.config.metrics import METRICS
from mixsuite.evidence.bootstrap import bootstrap_interval
from mixsuite.evidence.folder import Shown
from mixsuite.reporting.description import Row
from mixsuite.reporting.measurements import by_row
from mixsuite.reporting.statistics import Interval, mean, mean_interval, paired_differences
from mixsuite.reporting.verdicts import Measured, Verdict, judge_claim

_BESIDE = {"top1_error": ("best_top1_error",)}
"""By metric of a claim, what else is shown of its pairs: of errors of the last epoch, those of the best."""
_HOLDS = {"lower": operator.lt, "higher": operator.gt, "at_least": operator.ge, "at_most": operator.le}
_TITLES = {"top1_error": "Top-1 error, last epoch", "best_top1_error": "Top-1 error, best epoch"}
_Rows = Mapping[str, Row]
_BySeed = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class Part:
    """A pair (or a row, of a claim of a bound) in one metric: a difference (or value) per seed, and what is claimed."""

    what: str
    metric: str
    values: tuple[float, ...]
    claimed: str
    """How the claim says that they lie to `bound`: the kind of its test."""
    bound: float

    @property
    def title(self) -> str:
        """The metric's title."""
        return _TITLES.get(self.metric, METRICS[self.metric].title)

    @property
    def mean(self) -> float:
        """The mean over seeds; NaN without any."""
        return mean(self.values)

    @property
    def as_claimed(self) -> int:
        """How many seeds are on the claimed side."""
        return sum(_HOLDS[self.claimed](value, self.bound) for value in self.values)

    @property
    def contrary(self) -> bool:
        """Whether the whole t interval is on the other side than claimed."""
        if self.t is None:
            return False
        return self.t.low > self.bound if self.claimed in ("lower", "at_most") else self.t.high < self.bound

    @property
    def bootstrap(self) -> Interval | None:
        """The percentile bootstrap interval over seeds; None below 2 seeds."""
        return bootstrap_interval(self.values) if len(self.values) > 1 else None

    @property
    def t(self) -> Interval | None:
        """The t interval of the mean, by which the score card judges; None below 2 seeds."""
        return mean_interval(self.values) if len(self.values) > 1 else None


@dataclass(frozen=True)
class Outcome:
    """A claim of an artefact, the verdict on it, and its parts."""

    artefact: str
    claim: Claim
    verdict: Verdict
    parts: tuple[Part, ...]

    @property
    def judged(self) -> tuple[Part, ...]:
        """The parts in the metric that the claim is judged by."""
        return tuple(part for part in self.parts if part.metric == self.claim.test.metric)


def outcomes(shown: Shown) -> Iterator[Outcome]:
    """Yield what became of each claim of an artefact, in their order."""
    for claim in shown.description.claims:
        metric = claim.test.metric if claim.test else ""
        measured = _measured(shown, metric)
        yield Outcome(shown.name, claim, judge_claim(claim, measured), tuple(_parts(shown, claim)))


def _measured(shown: Shown, metric: str) -> Mapping[str, Measured]:
    return {} if shown.measurements is None else by_row(shown.measurements, metric)


def _parts(shown: Shown, claim: Claim) -> Iterator[Part]:
    if claim.test is None:
        return
    rows = {row.id: row for row in shown.description.rows}
    for metric in (claim.test.metric, *_BESIDE.get(claim.test.metric, ())):
        measured = {row: found.by_seed for row, found in _measured(shown, metric).items()}
        yield from (_difference if isinstance(claim.test, Order) else _value)(claim.test, metric, rows, measured)


def _difference(test: Order, metric: str, rows: _Rows, measured: _BySeed) -> Iterator[Part]:
    for first, second in test.pairs:
        differences = paired_differences(measured.get(first, {}), measured.get(second, {}))
        yield Part(_minus(rows[first], rows[second]), metric, tuple(differences), test.kind, 0.0)


def _value(test: Bound, metric: str, rows: _Rows, measured: _BySeed) -> Iterator[Part]:
    for row in test.of:
        yield Part(_name(rows[row]), metric, tuple(measured.get(row, {}).values()), test.kind, test.value)


def _minus(first: Row, second: Row) -> str:
    if first.block == second.block:
        return f"{first.label} − {second.label}" + (f" ({first.block})" if first.block else "")
    return f"{_name(first)} − {_name(second)}"


def _name(row: Row) -> str:
    return f"{row.label} ({row.block})" if row.block else row.label
