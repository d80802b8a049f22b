"""The rule by which a rebuilt number or a claim counts as reproduced; every verdict of the suite comes from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mixsuite.config.manifest import Bound, Claim, Order, Printed
from mixsuite.config.numbers import printed_number
from mixsuite.reporting.statistics import (
    Interval,
    count_seeds,
    mean,
    mean_interval,
    paired_differences,
    prediction_interval,
    standard_deviation,
)

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
TOO_FEW_SEEDS = "too few seeds"
NOT_RUN = "not run"
STAND_IN = "stand-in"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, TOO_FEW_SEEDS, NOT_RUN, STAND_IN)

FEWEST_SEEDS = 3

RULE = (
    "A printed number is reproduced when it lies inside the 95 % prediction interval of one further run, "
    "mean ± t(0.975, n − 1) s √(1 + 1/n), with half a unit of its last printed digit added on both sides: it is then "
    "as near as one more seed is expected to be. Where the paper prints a word, every seed must have the value that "
    "the word stands for. Values that were recalled, or inferred from another statement, are counted apart.",
    "A claim that one thing is lower or higher than another is reproduced when, for every pair that it names, the 95 % "
    "t interval of the differences, paired by seed, lies on the claimed side of 0. A claim of a bound is reproduced "
    "when, in every row that it names, the 95 % t interval of the mean lies on the claimed side. Where all seeds "
    "agree, an interval is a point. A pair or row that fails is contrary when its whole interval lies on the other "
    "side, else undecided.",
    f"Fewer than {FEWEST_SEEDS} seeds are too few seeds; of training times, repetitions of the measurement count "
    "instead of seeds, and of a property that no seed changes, such as a network's size, one value is enough. What was "
    "not measured is not run. A stand-in's number is "
    "never compared with a printed one, and it tests a claim only where the manifest says that it can: otherwise the "
    "verdict is stand-in.",
)
"""What the module does, in the words that stand on the score card."""


@dataclass(frozen=True)
class Verdict:
    """One of VERDICTS, and the reason in plain words with the numbers behind it."""

    verdict: str
    reason: str


@dataclass(frozen=True)
class Measured:
    """A metric of one row: its value per seed, and whether it comes from a stand-in."""

    by_seed: Mapping[int, float]
    stand_in: bool = False

    @property
    def values(self) -> list[float]:
        """The values in the order of their seeds."""
        return [self.by_seed[seed] for seed in sorted(self.by_seed)]


@dataclass(frozen=True)
class _Part:
    """One pair or one row of a claim: what was found, in words, on how many seeds, and whether it is as claimed.

    `contrary` says that the whole interval is on the other side; what neither holds nor is contrary is undecided.
    """

    text: str
    seeds: int
    holds: bool = False
    contrary: bool = False


def judge_printed(printed: Printed, measured: Measured, fewest_seeds: int = FEWEST_SEEDS) -> Verdict:
    """Return the verdict on one printed value; `fewest_seeds` is 1 for a property that no seed changes."""
    values = measured.values
    if not values:
        return Verdict(NOT_RUN, "no run gives this value here")
    if measured.stand_in:
        return Verdict(STAND_IN, f"a stand-in measured {_spread(values)}, which is not compared with the printed value")
    if printed.value is None:
        reason = f"{_describe_printed(printed)} is no number to compare with"
        return Verdict(NOT_RUN, f"{reason}. {printed.note}" if printed.note else reason)
    if len(values) < fewest_seeds:
        return Verdict(TOO_FEW_SEEDS, f"{_spread(values)}; a verdict needs {fewest_seeds} seeds")
    margin = half_unit(printed.text)
    return _judge_word(printed, values) if margin is None else _judge_number(printed, values, margin)


def _judge_number(printed: Printed, values: Sequence[float], margin: float) -> Verdict:
    known = prediction_interval(values) if len(values) > 1 else Interval(values[0], values[0])
    expected = known.widened(margin)
    inside = printed.value in expected
    reason = (
        f"{_describe_printed(printed)} {'lies' if inside else 'does not lie'} in {_interval(expected)}, "
        f"where one more run is expected after {_spread(values)}"
    )
    return Verdict(REPRODUCED if inside else NOT_REPRODUCED, reason)


def _judge_word(printed: Printed, values: Sequence[float]) -> Verdict:
    agreeing = sum(value == printed.value for value in values)
    found = f"found in {agreeing} of {count_seeds(len(values))}"
    reason = f"{_describe_printed(printed)} means {_number(printed.value)}, {found}"
    return Verdict(REPRODUCED if agreeing == len(values) else NOT_REPRODUCED, reason)


def judge_claim(claim: Claim, measured: Mapping[str, Measured]) -> Verdict:
    """Return the verdict on `claim` from what was measured of its metric (`measured`, by row id)."""
    if claim.test is None:
        return Verdict(NOT_RUN, "no measurement of this version tests this claim")
    rows = claim.test.rows()
    absent = sorted(row for row in rows if row not in measured or not measured[row].values)
    if absent:
        return Verdict(NOT_RUN, f"not measured here: {', '.join(absent)}")
    from_stand_in = any(measured[row].stand_in for row in rows)
    if from_stand_in and not claim.stand_in:
        return Verdict(STAND_IN, "measured with a stand-in, which cannot test this claim")
    verdict = _judge_parts(_parts(claim.test, measured))
    return Verdict(verdict.verdict, f"From a stand-in: {verdict.reason}") if from_stand_in else verdict


def half_unit(text: str) -> float | None:
    """Return half a unit of the last digit of a printed number, 0.05 for `20.5`; None where `text` is a word."""
    number = printed_number(text)
    return None if number is None else 0.5 * 10.0 ** number.as_tuple().exponent


def _parts(test: Order | Bound, measured: Mapping[str, Measured]) -> list[_Part]:
    if isinstance(test, Order):
        return [_compare(test, pair, measured) for pair in test.pairs]
    return [_bound(test, row, measured[row].values) for row in test.of]


def _compare(test: Order, pair: tuple[str, str], measured: Mapping[str, Measured]) -> _Part:
    first, second = pair
    differences = paired_differences(measured[first].by_seed, measured[second].by_seed)
    text = f"{first} minus {second}"
    if len(differences) < FEWEST_SEEDS:
        return _Part(f"{text} has {count_seeds(len(differences))} in common", len(differences))
    interval = mean_interval(differences)
    below, above = interval.high < 0, interval.low > 0
    holds, contrary, claimed = (below, above, "below 0") if test.kind == "lower" else (above, below, "above 0")
    return _Part(_found(text, differences, interval, claimed), len(differences), holds, contrary)


def _bound(test: Bound, row: str, values: Sequence[float]) -> _Part:
    if len(values) < FEWEST_SEEDS:
        return _Part(f"{row} has {count_seeds(len(values))}", len(values))
    interval = mean_interval(values)
    if test.kind == "at_least":
        holds, contrary = interval.low >= test.value, interval.high < test.value
    else:
        holds, contrary = interval.high <= test.value, interval.low > test.value
    claimed = f"{test.kind.replace('_', ' ')} {_number(test.value)}"
    return _Part(_found(row, values, interval, claimed), len(values), holds, contrary)


def _judge_parts(parts: Sequence[_Part]) -> Verdict:
    few = [part for part in parts if part.seeds < FEWEST_SEEDS]
    if few:
        return Verdict(TOO_FEW_SEEDS, f"{_join(few)}; a verdict needs {FEWEST_SEEDS}")
    failed = [part for part in parts if not part.holds]
    if failed:
        contrary = sum(part.contrary for part in failed)
        counts = f"{contrary} contrary, {len(failed) - contrary} undecided"
        return Verdict(NOT_REPRODUCED, f"fails in {len(failed)} of {len(parts)} ({counts}): {_join(failed)}")
    return Verdict(REPRODUCED, f"holds in {len(parts)} of {len(parts)}: {_join(parts)}")


def _found(what: str, values: Sequence[float], interval: Interval, claimed: str) -> str:
    measured = f"{_number(mean(values))}, 95 % {_interval(interval)}, {count_seeds(len(values))}"
    return f"{what} is {measured}, claimed {claimed}"


def _describe_printed(printed: Printed) -> str:
    text = repr(printed.text) if half_unit(printed.text) is None else printed.text
    doubts = f" ({'; '.join(printed.doubts)})" if printed.doubts else ""
    return f"{text}{doubts}" if printed.inferred else f"printed {text}{doubts}"


def _spread(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{_number(values[0])} (1 seed)"
    return f"{_number(mean(values))} ± {_number(standard_deviation(values))} ({count_seeds(len(values))})"


def _interval(interval: Interval) -> str:
    return f"[{_number(interval.low)}, {_number(interval.high)}]"


def _number(value: float) -> str:
    # Differences that cancel but for their last bits are 0.
    return f"{0.0 if abs(value) < 1e-12 else value:.4g}"


def _join(parts: Sequence[_Part]) -> str:
    return "; ".join(part.text for part in parts)
