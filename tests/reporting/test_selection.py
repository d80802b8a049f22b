from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mixsuite.reporting.description import Description, Row, Run
from mixsuite.reporting.quantities import comparable
from mixsuite.reporting.selection import measure_selection, select

# Candidates x seeds x (best, last on even, last on odd); to a hundredth, as an error over 10,000 images is.
errors = st.tuples(st.integers(1, 5), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.int64, (*shape, 3), elements=st.integers(0, 10_000))
)


def describe(table: np.ndarray, **changes) -> Description:
    """An artefact whose last row shows the best of the others."""
    names = [f"a{index}" for index in range(len(table))]
    rows = [
        Row(id=name, label=name, runs=tuple(Run(seed, f"{name}-{seed}") for seed in range(table.shape[1])))
        for name in names
    ]
    best = Row(**{"id": "best", "label": "Best", "best_of": tuple(names), **changes})
    plain = dict.fromkeys(("paper", "title", "where", "scale", "scale_title", "protocol", "stand_in_note"), "")
    return Description(name="t", **plain, stand_in=False, footnotes=(), rows=(*rows, best))


def results_of(table: np.ndarray) -> dict:
    def run(best, even, odd):
        last = {"top1_error": (even + odd) / 2, "top1_error_even": even, "top1_error_odd": odd, "top5_error": 0.0}
        return {"best": {"top1_error": best, "top5_error": 0.0}, "last": last, "n_parameters": 1}

    found = {
        f"a{index}": {seed: run(*each) for seed, each in enumerate(row)} for index, row in enumerate(table.tolist())
    }
    return found | {"best": {}}


def literal(table: np.ndarray) -> tuple[list[float], list[float]]:
    """Both rules in the words of the table's remarks, candidate by candidate."""
    n_candidates, n_seeds, _ = table.shape

    def lowest(which: int) -> int:
        chosen = 0
        for candidate in range(n_candidates):
            if sum(table[candidate, :, which].tolist()) < sum(table[chosen, :, which].tolist()):
                chosen = candidate
        return chosen

    on_test, on_even, on_odd = lowest(0), lowest(1), lowest(2)
    best = [float(table[on_test, seed, 0]) for seed in range(n_seeds)]
    held_out = [(table[on_even, seed, 2] + table[on_odd, seed, 1]) / 2 for seed in range(n_seeds)]
    return best, held_out


@given(errors)
def test_both_rules_as_they_are_worded(table):
    selection = select(describe(table), results_of(table))["best"]
    best, held_out = literal(table)
    assert list(selection.best_top1_error.values()) == best
    assert list(selection.held_out_top1_error.values()) == pytest.approx(held_out)


@given(errors)
def test_no_setting_has_a_lower_mean_than_the_chosen(table):
    selection = select(describe(table), results_of(table))["best"]
    assert np.mean(list(selection.best_top1_error.values())) == pytest.approx(table[:, :, 0].mean(1).min())


@given(errors)
def test_a_half_that_judges_has_no_say_in_the_choice(table):
    before = select(describe(table), results_of(table))["best"].on_half["even"].id
    table[:, :, 2] = table[::-1, :, 2].copy()
    table[:, :, 0] = 0
    assert select(describe(table), results_of(table))["best"].on_half["even"].id == before


def test_one_choice_is_made_for_all_seeds():
    # Each seed alone would choose another setting; their mean chooses the second, with 11 against 12 and 13.
    table = np.array([[[10, 0, 0], [14, 0, 0]], [[11, 0, 0], [11, 0, 0]], [[17, 0, 0], [9, 0, 0]]])
    selection = select(describe(table), results_of(table))["best"]
    assert selection.on_test.id == "a1"
    assert selection.best_top1_error == {0: 11, 1: 11}


def test_measurements_name_the_runs_behind_them():
    # On even places a0 is lowest, on odd places and on the whole test set a1.
    table = np.array([[[20.0, 5.0, 9.0]] * 2, [[19.0, 6.0, 8.0]] * 2])
    measured = measure_selection(describe(table), results_of(table))
    derived = measured[measured["row"] == "best"].set_index(["metric", "seed"])
    assert derived.loc[("best_top1_error", 1)][["value", "run"]].tolist() == [19.0, "a1-1"]
    # a0 on odd places is 9, a1 on even ones 6.
    assert derived.loc[("held_out_top1_error", 0)][["value", "run"]].tolist() == [7.5, "a0-0+a1-0"]
    assert set(measured["row"]) == {"a0", "a1", "best"}


def test_the_score_card_holds_printed_errors_against_the_papers_rule():
    table = np.array([[[20.0, 5.0, 9.0]] * 3, [[19.0, 6.0, 8.0]] * 3])
    measured = measure_selection(describe(table), results_of(table))
    assert comparable(measured, "top1_error")["best"].values == [19.0] * 3


def test_nothing_is_chosen_where_a_setting_was_not_run():
    table = np.array([[[20.0, 5.0, 9.0]]])
    description = describe(table, best_of=("a0",), missing="a method is missing")
    assert select(description, results_of(table)) == {}
    assert select(describe(table), {"a0": {}, "best": {}}) == {}


def test_a_run_without_its_halves_is_named():
    table = np.array([[[20.0, 5.0, 9.0]]])
    results = results_of(table)
    del results["a0"][0]["last"]["top1_error_odd"]
    with pytest.raises(ValueError, match="run a0-0: top1_error_odd: missing"):
        select(describe(table), results)
