"""The score card: every printed value and every claim of the manifests beside what was measured, with a verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

import pandas as pd

from mixsuite.config.manifest import Artefact, Claim, Manifest, Printed, Row
from mixsuite.config.metrics import METRICS
from mixsuite.reporting.quantities import FIXED, comparable
from mixsuite.reporting.statistics import mean, standard_deviation
from mixsuite.reporting.verdicts import FEWEST_SEEDS, NOT_RUN, VERDICTS, Measured, Verdict, judge_claim, judge_printed

PRINTED_VALUE = "printed value"
DOUBTFUL_VALUE = "printed value, inferred or recalled"
CLAIM = "claim"
CLAIM_OF_STAND_IN = "claim, tested with a stand-in"

_NOTHING = Measured({})
_NOT_BUILT = Verdict(NOT_RUN, "this version does not build the artefact")


@dataclass(frozen=True)
class Line:
    """A line of the score card. A claim has no numbers of its own: its reason holds them; its seeds are the fewest.

    A `doubtful` value was recalled, or inferred from another statement: no source at hand prints it as such.
    """

    paper: str
    artefact: str
    where: str
    kind: str
    what: str
    metric: str
    unit: str
    printed: str
    origin: str
    doubtful: bool
    rebuilt_mean: float
    rebuilt_std: float
    seeds: int
    stand_in: bool
    verdict: str
    reason: str


COLUMNS = [field.name for field in fields(Line)]


def build_scorecard(manifests: Iterable[Manifest], measurements: pd.DataFrame) -> pd.DataFrame:
    """Return a line per printed value and per claim of `manifests`, with COLUMNS; artefacts not built are `not run`.

    `measurements` are those of all artefacts together.
    """
    of_artefact = dict(tuple(measurements.groupby("artefact", sort=False)))
    lines = [
        line
        for manifest in manifests
        for key, artefact in manifest.artefacts.items()
        for line in _Judge(manifest.key, f"{manifest.key}_{key}", artefact, of_artefact).lines()
    ]
    return pd.DataFrame([vars(line) for line in lines], columns=COLUMNS)


def count_verdicts(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Return how many lines have each verdict: a row per verdict; values and claims in two columns each."""
    stand_in_claims = scorecard["stand_in"] & (scorecard["kind"] == CLAIM)
    kinds = scorecard["kind"].mask(stand_in_claims, CLAIM_OF_STAND_IN).mask(scorecard["doubtful"], DOUBTFUL_VALUE)
    counts = pd.crosstab(scorecard["verdict"], kinds)
    columns = (PRINTED_VALUE, DOUBTFUL_VALUE, CLAIM, CLAIM_OF_STAND_IN)
    return counts.reindex(index=VERDICTS, columns=columns, fill_value=0)


class _Judge:
    """Judges what one artefact prints and claims."""

    def __init__(self, paper: str, name: str, artefact: Artefact, measurements: dict[str, pd.DataFrame]) -> None:
        self._paper = paper
        self._name = name
        self._artefact = artefact
        self._measurements = measurements.get(name)
        self._by_metric: dict[str, dict[str, Measured]] = {}

    def lines(self) -> Iterator[Line]:
        for row in self._artefact.rows:
            for metric, printed in row.printed.items():
                yield self._printed_line(row, metric, printed)
        for claim in self._artefact.claims:
            yield self._claim_line(claim)

    def _measured(self, metric: str) -> dict[str, Measured]:
        if self._measurements is None:
            return {}
        if metric not in self._by_metric:
            self._by_metric[metric] = dict(comparable(self._measurements, metric))
        return self._by_metric[metric]

    def _printed_line(self, row: Row, metric: str, printed: Printed) -> Line:
        measured = self._measured(metric).get(row.id, _NOTHING)
        fewest = 1 if metric in FIXED else FEWEST_SEEDS
        verdict = judge_printed(printed, measured, fewest) if self._artefact.step else _NOT_BUILT
        return Line(
            paper=self._paper,
            artefact=self._name,
            where=self._artefact.where,
            kind=PRINTED_VALUE,
            what=", ".join(part for part in (row.block, row.label) if part),
            metric=METRICS[metric].title,
            unit=METRICS[metric].unit,
            printed=printed.text,
            origin=_origin(row, printed),
            doubtful=printed.inferred or printed.recalled,
            rebuilt_mean=mean(measured.values),
            rebuilt_std=standard_deviation(measured.values),
            seeds=len(measured.values),
            stand_in=measured.stand_in,
            verdict=verdict.verdict,
            reason=verdict.reason,
        )

    def _claim_line(self, claim: Claim) -> Line:
        measured = self._measured(claim.test.metric) if claim.test else {}
        verdict = judge_claim(claim, measured) if self._artefact.step else _NOT_BUILT
        tested = [measured.get(row, _NOTHING) for row in claim.test.rows()] if claim.test else []
        return Line(
            paper=self._paper,
            artefact=self._name,
            where=claim.where,
            kind=CLAIM,
            what=claim.text,
            metric=METRICS[claim.test.metric].title if claim.test else "",
            unit="",
            printed="",
            origin="own",
            doubtful=False,
            rebuilt_mean=math.nan,
            rebuilt_std=math.nan,
            seeds=min((len(each.values) for each in tested), default=0),
            stand_in=verdict.verdict != NOT_RUN and any(each.stand_in for each in tested),
            verdict=verdict.verdict,
            reason=verdict.reason,
        )


def _origin(row: Row, printed: Printed) -> str:
    origin, source = printed.origin or row.origin, printed.source or row.source
    return "; ".join([f"copied from {source}" if origin == "copied" and source else origin, *printed.doubts])
