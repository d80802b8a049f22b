"""What the manifest tests of the text on CutMix, claim by claim: transcribed twice, so that none is reversed."""

from __future__ import annotations

import pytest

from mixsuite.config.load import load_house
from mixsuite.config.manifest import Bound

STAGED = ("cutmix-staged", "cutmix-staged-rise")
# id: kind, metric, and pairs (first, second) or a bound and the rows that it is of; None where there is no test.
TESTED = {
    "training-accuracy-falls": ("lower", "training_accuracy", [("cutmix", "none")]),
    "training-accuracy-falls-slightly": ("at_least", "training_accuracy_change", (-5, ["cutmix"])),
    "generalisation-gap-shrinks": ("lower", "generalisation_gap", [("cutmix", "none")]),
    "validation-accuracy-rises": ("higher", "accuracy", [(row, "none-staged") for row in STAGED]),
    "harder-than-random-erasing": ("higher", "training_loss", [("cutmix", "random-erasing")]),
    "smaller-gap-than-random-erasing": ("lower", "generalisation_gap", [("cutmix", "random-erasing")]),
    "mixup-better-calibrated": ("lower", "calibration_error", [("mixup", "cutmix")]),
    "fewer-overconfident-errors": ("lower", "overconfident_errors", [("cutmix", "none")]),
    "hurts-at-early-unfreezing": ("lower", "accuracy", [("cutmix", "none")]),
    "staged-does-not-hurt": ("at_least", "accuracy_change", (-1, list(STAGED))),
    "best-after-classifier-convergence": ("higher", "accuracy", [(row, "cutmix") for row in STAGED]),
    "perturbations-do-not-flip": None,
    "mixup-more-robust": None,
    "timing-matters-more-than-strength": None,
}
# What changes of a row are counted from.
BASELINES = {
    "random-erasing": "none",
    "mixup": "none",
    "cutmix": "none",
    "cutmix-staged": "none-staged",
    "cutmix-staged-rise": "none-staged",
}


@pytest.fixture(scope="module")
def artefact(root):
    house = load_house(root, {"scale": "paper", "papers": ["transfer"], "protocol": "text"})
    return house.manifests["transfer"].artefacts["claims"]


def told(test):
    if test is None:
        return None
    compared = (test.value, test.of) if isinstance(test, Bound) else [tuple(pair) for pair in test.pairs]
    return test.kind, test.metric, compared


def test_each_claim_is_tested_as_its_sentence_says(artefact):
    assert {claim.id: told(claim.test) for claim in artefact.claims} == TESTED


def test_the_words_of_a_claim_say_how_it_is_tested_or_why_it_is_not(artefact):
    for claim in artefact.claims:
        assert ("(tested" in claim.text) == (claim.test is not None), claim.id
        assert ("(not tested: " in claim.text) == (claim.test is None), claim.id
        assert claim.stand_in == (claim.test is not None), claim.id


def test_no_claim_bundles_two_sections(artefact):
    assert not [claim.id for claim in artefact.claims if ";" in claim.where]


def test_changes_are_counted_from_the_same_training_without_augmentation(artefact):
    assert {row.id: row.baseline for row in artefact.rows if row.baseline} == BASELINES
