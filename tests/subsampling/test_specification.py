"""Checks of what a scoring and a subset are made of."""

from __future__ import annotations

import pytest

from mixsuite.checks import SettingError
from mixsuite.subsampling.specification import check_scoring, check_subset, kind_of


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "losses"}, "kind: found 'losses'"),
        ({"images": 2}, "images: found 2, expected a whole number of at least 3"),
        ({"alpha": 0}, "alpha: found 0"),
        ({"draws": 1}, "draws, places: found 1 of each"),
        ({"places": 0}, "places: found 0"),
        ({"anchor_ratio": 1}, "anchor_ratio: found 1, expected a number above 0 and below 1"),
        ({"anchor_ratio": 1.5}, "anchor_ratio: found 1.5"),
        ({"anchor_place": "top"}, "anchor_place: found 'top'"),
        ({"partners": "none"}, "partners: found 'none'"),
        ({"redraw_partners": 1}, "redraw_partners: found 1, expected true or false"),
        ({"seed": -1}, "seed: found -1"),
        ({"rate": 0.5}, "scoring: unknown key 'rate'"),
    ],
)
def test_a_mistake_in_a_scoring_is_named(new_scoring, changes, message):
    with pytest.raises(SettingError, match=f"^{message}"):
        check_scoring(new_scoring(**changes))


@pytest.mark.parametrize(("changes", "message"), [({"rate": 0}, "rate: found 0"), ({"passes": 1}, "passes: found 1")])
def test_a_mistake_in_dropout_is_named(changes, message):
    with pytest.raises(SettingError, match=message):
        check_scoring({"kind": "dropout", "rate": 0.5, "passes": 5, "run": "a", "seed": 0, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"measure": "cvv"}, "measure: found 'cvv' .did you mean 'cv'"),
        ({"t": 0}, "t: found 0, expected a ratio above 0 and at most 1"),
        ({"t": 1.2}, "t: found 1.2"),
        ({"order": "up"}, "order: found 'up'"),
        ({"interval": 0}, "interval: found 0"),
        ({"pool": "some"}, "pool: found 'some'"),
        ({"ddof": 2}, "ddof: found 2, expected 0 or 1"),
        ({"measure": "mean", "ddof": 0}, "subset by mean: unknown key .ddof."),
        ({"measure": "random", "pool": "all"}, "subset by random: unknown key .pool."),
        ({"measure": "k_center", "order": "high"}, "subset by k_center: unknown key .order."),
        ({"seed": None}, "seed: found None"),
    ],
)
def test_a_mistake_in_a_subset_is_named(new_subset, changes, message):
    with pytest.raises(SettingError, match=f"^{message}"):
        check_subset(new_subset(**changes))


def test_selections_name_the_scores_that_they_take():
    kinds = {measure: kind_of(measure) for measure in ("cv", "mean", "bald", "k_center", "random")}
    assert kinds == {
        "cv": "mixed_losses",
        "mean": "mixed_losses",
        "bald": "dropout",
        "k_center": "features",
        "random": None,
    }
