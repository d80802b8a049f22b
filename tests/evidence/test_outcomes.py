"""What became of each claim: verdicts of the score card's rule, differences paired by seed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mixsuite.config.manifest import Claim
from mixsuite.evidence.folder import read_evidence
from mixsuite.evidence.outcomes import outcomes
from mixsuite.reporting.statistics import mean_interval
from mixsuite.reporting.verdicts import NOT_REPRODUCED, NOT_RUN, REPRODUCED, TOO_FEW_SEEDS


@pytest.fixture
def shown(evidence_folder):
    return read_evidence(evidence_folder()).shown[0]


def test_a_claim_holds_and_one_does_not_and_one_is_contrary(shown):
    held, undecided, contrary = outcomes(shown)
    assert [each.verdict.verdict for each in (held, undecided, contrary)] == [REPRODUCED] + 2 * [NOT_REPRODUCED]
    assert "1 undecided" in undecided.verdict.reason
    assert "1 contrary" in contrary.verdict.reason


def test_differences_are_paired_by_seed_of_the_last_and_of_the_best_epoch(shown):
    last, best = next(outcomes(shown)).parts
    assert (last.metric, best.metric) == ("top1_error", "best_top1_error")
    assert last.values == best.values == (-5.0, -4.5, -6.0)
    assert last.t == mean_interval([-5.0, -4.5, -6.0])
    assert -6 <= last.bootstrap.low < last.mean < last.bootstrap.high <= -4.5
    assert last.as_claimed == 3
    assert (last.what, last.title) == ("CutMix − Vanilla", "Top-1 error, last epoch")


def test_only_seeds_that_both_have_are_compared(shown):
    without = shown.measurements[~((shown.measurements["row"] == "cutmix") & (shown.measurements["seed"] == 1))]
    outcome = next(outcomes(replace(shown, measurements=without)))
    assert outcome.parts[0].values == (-5.0, -6.0)
    assert outcome.verdict.verdict == TOO_FEW_SEEDS


def test_one_seed_gives_no_interval(shown):
    outcome = next(outcomes(replace(shown, measurements=shown.measurements[shown.measurements["seed"] == 0])))
    assert (outcome.parts[0].bootstrap, outcome.parts[0].t) == (None, None)


def test_what_was_not_built_is_not_judged(shown):
    found = list(outcomes(replace(shown, measurements=None)))
    assert {each.verdict.verdict for each in found} == {NOT_RUN}
    assert all(not part.values for each in found for part in each.parts)


def test_a_bound_is_of_the_values_themselves(shown):
    test = {"kind": "at_least", "metric": "top1_error", "value": 31, "of": ["vanilla"]}
    claim = Claim.model_validate({"id": "bound", "text": "T", "where": "W", "test": test, "stand_in": True})
    outcome = next(outcomes(replace(shown, description=replace(shown.description, claims=(claim,)))))
    part = outcome.parts[0]
    assert (part.what, part.values, part.as_claimed) == ("Vanilla", (30.0, 31.0, 32.0), 2)
    assert outcome.verdict.verdict == NOT_REPRODUCED
