"""The part of the page that says which claims held, which did not, and with what confidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mixsuite.evidence.bootstrap import RESAMPLES
from mixsuite.evidence.markdown import grid
from mixsuite.evidence.outcomes import Outcome, Part
from mixsuite.reporting.statistics import Interval
from mixsuite.reporting.table_markdown import escape
from mixsuite.reporting.verdicts import FEWEST_SEEDS, NOT_REPRODUCED, REPRODUCED

_UNDECIDED = "undecided"
_HEADINGS = {
    REPRODUCED: "Held",
    NOT_REPRODUCED: "Did not hold",
    _UNDECIDED: "Undecided",
    None: "Not judged",
}
_HOW = (
    "Networks trained with the same seed are compared. A claim held where, for every pair that it names, the 95 % t "
    "interval of the differences, paired by seed, lies on the claimed side of 0; of a value that is to be at least or "
    "at most so much, that of its mean. It is the score card's rule, and takes at least "
    f"{FEWEST_SEEDS} seeds: one seed gives no verdict. Where a claim failed, a pair is contrary when its whole "
    "interval lies on the other side, and undecided otherwise. It did not hold where a pair is contrary. Where all "
    "that fail are undecided, so is the claim, which does not mean refuted. (On the score card both are "
    "`not reproduced`.)"
)
_BESIDE = (
    f"The bootstrap intervals stand beside: percentiles of the means of {RESAMPLES:,} samples of the seeds, drawn with "
    "replacement from a fixed stream. With so few seeds they are too narrow, for they cannot reach beyond what these "
    "seeds showed; the t interval allows for that, where differences are roughly normal. Each interval is at 95 % for "
    "itself: nothing is corrected for how many are looked at. The best epoch is chosen on the test images, the last "
    "one is not; verdicts on errors are on the last. Seeds tell of other initial weights and other draws. Of other "
    "training images they tell only where a part of these is drawn for each seed, as for C-scores; all methods of a "
    "seed are trained on the same. All networks of an artefact are tested on the same images: of others the intervals "
    "say nothing."
)


def claims_section(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the paragraphs of the section."""
    counts = {verdict: len(_with(outcomes, verdict)) for verdict in _HEADINGS}
    yield "## What held, and what did not"
    yield (
        f"Of {len(outcomes)} claims {counts[REPRODUCED]} held, {counts[NOT_REPRODUCED]} did not hold, "
        f"{counts[_UNDECIDED]} are undecided, and {counts[None]} could not be judged. {_HOW}"
    )
    for verdict, heading in _HEADINGS.items():
        if found := _with(outcomes, verdict):
            yield f"### {heading}"
            yield "\n".join(_bullet(outcome) for outcome in found)
    lines = [_line(outcome, part) for outcome in outcomes for part in outcome.parts if part.values]
    if not lines:
        return
    yield "## Differences, seed by seed"
    yield _BESIDE
    yield grid(
        ["Claim", "Metric", "Difference or value", "Claimed", "Seeds as claimed", "Mean", "Bootstrap 95 %", "t 95 %"],
        lines,
        numeric=(4, 5, 6, 7),
    )


def _with(outcomes: Sequence[Outcome], verdict: str | None) -> list[Outcome]:
    return [each for each in outcomes if _group(each) == verdict]


def _group(outcome: Outcome) -> str | None:
    verdict = outcome.verdict.verdict
    if verdict == NOT_REPRODUCED and not any(part.contrary for part in outcome.judged):
        return _UNDECIDED
    return verdict if verdict in _HEADINGS else None


def _bullet(outcome: Outcome) -> str:
    reason = escape(outcome.verdict.reason)
    verdict = "" if _group(outcome) else f"{outcome.verdict.verdict}: "
    said = f"**{escape(outcome.claim.text)}** ({escape(outcome.claim.where)}; `{outcome.artefact}`)"
    return f"- {said}: {verdict}{reason}."


def _line(outcome: Outcome, part: Part) -> list[str]:
    return [
        f"{outcome.artefact.partition('_')[2]}: {outcome.claim.id}",
        part.title,
        part.what,
        f"{part.claimed.replace('_', ' ')} {part.bound:g}" if part.bound else part.claimed,
        f"{part.as_claimed} of {len(part.values)}",
        _number(part.mean),
        _interval(part.bootstrap),
        _interval(part.t),
    ]


def _interval(interval: Interval | None) -> str:
    return f"[{_number(interval.low)}, {_number(interval.high)}]" if interval else "–"


def _number(value: float) -> str:
    # Neither -0.00 nor more digits than a handful of seeds bear.
    text = f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
    return text.removeprefix("-") if float(text) == 0 else text
