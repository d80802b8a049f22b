from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.patches.setting import Setting
from mixsuite.reporting.clauses import CLAUSES, NEAR_STATIONARY
from mixsuite.reporting.description import read_description
from mixsuite.reporting.results import read_results
from mixsuite.reporting.statistics import Interval
from mixsuite.reporting.theorems import findings, measure_theorems, theorem_table, tidy


@pytest.fixture
def setting(patch_runs, tmp_path):
    [run] = patch_runs("erm", 1)
    return Setting.from_mapping(
        json.loads((tmp_path / "patches" / run["identity"] / "run.json").read_text())["specification"]["setting"]
    )


@pytest.fixture
def artefact(describe, patch_rows, tmp_path):
    description = read_description(describe(patch_rows(by_rarity=False), name="oh2024_theorems"))
    return description, read_results(description, tmp_path / "patches")


def clause(name):
    return next(each for each in CLAUSES if each.name == name)


def test_predictions_by_hand(setting):
    # rho is 0.8, 0.15, 0.05.
    predicted = {each.name: each.predicted(setting) for each in CLAUSES}
    assert predicted["3.1 (2)"] == pytest.approx(0.9)
    assert predicted["3.2 (3)"] == pytest.approx(0.975)
    assert predicted["3.3 (3)"] == 1
    assert predicted["3.3 (1)"] == 0


@pytest.mark.parametrize(
    ("accuracy", "holding"),
    # By hand: 0.9 ± 0.0375, 0.975 ± 0.0125, 1 ± 0.0125.
    [
        (0.0, []),
        (0.501, []),
        (0.614, []),
        (0.862, []),
        (0.863, ["3.1 (2)"]),
        (0.937, ["3.1 (2)"]),
        (0.938, []),
        (0.9595, []),
        (0.962, []),
        (0.963, ["3.2 (3)"]),
        (0.987, ["3.2 (3)"]),
        (0.988, ["3.3 (3)"]),
        (1.0, ["3.3 (3)"]),
    ],
)
def test_an_accuracy_bears_out_a_prediction_that_it_is_near_to_on_either_side(setting, accuracy, holding):
    accuracies = [each for each in CLAUSES if each.metric == "test_accuracy"]
    assert [each.name for each in accuracies if accuracy in each.window(setting)] == holding


def test_no_accuracy_bears_out_a_prediction_farther_than_another(setting):
    clauses = {each.method: each for each in CLAUSES if each.metric == "test_accuracy"}
    counts = st.lists(st.integers(1, 50), min_size=1, max_size=6)

    @given(counts, st.integers(0, 6), st.integers(0, 6), st.floats(0, 1))
    def check(counts, common, rare, accuracy):
        rho = tuple(count / sum(counts) for count in sorted(counts, reverse=True))
        rarity = (["common"] * common + ["rare"] * rare + ["extremely_rare"] * len(rho))[: len(rho)]
        drawn = replace(setting, rho=rho, rarity=tuple(rarity))
        expected = {method: each.predicted(drawn) for method, each in clauses.items()}
        for method, each in clauses.items():
            window, others = each.window(drawn), [expected[other] for other in expected if other != method]
            assert (window is None) == (expected[method] in others)
            if window and accuracy in window:
                assert abs(accuracy - expected[method]) <= min(abs(accuracy - other) for other in others) + 1e-12

    check()


def test_coinciding_predictions_leave_a_clause_undefined(setting, artefact):
    # Without an extremely rare class, Cutout and CutMix are predicted the same accuracy, 1.
    both_learn = replace(setting, rarity=("common", "rare", "rare"))
    assert clause("3.2 (3)").window(both_learn) is None
    assert clause("3.3 (3)").window(both_learn) is None
    assert clause("3.1 (2)").window(both_learn) == Interval(pytest.approx(0.85), pytest.approx(0.95))
    description, results = artefact
    for by_seed in results.values():
        for run in by_seed.values():
            run["specification"]["setting"]["rarity"] = ["common", "rare", "rare"]
            run["test_accuracy"] = 1.0
    found = {each.clause.name: each for each in findings(description, results)}
    assert (found["3.2 (3)"].verdict, found["3.3 (3)"].verdict) == ("undefined", "undefined")
    assert found["3.3 (3)"].holding == 0
    assert found["3.1 (2)"].verdict == "no (0 of 3 seeds)"


@pytest.mark.parametrize("accuracy", [0.614, 0.501, 0.0])
def test_no_accuracy_clause_holds_far_below_every_prediction(artefact, accuracy):
    description, results = artefact
    for by_seed in results.values():
        for run in by_seed.values():
            run["test_accuracy"] = accuracy
    found = [each for each in findings(description, results) if each.clause.metric == "test_accuracy"]
    assert [each.verdict for each in found] == ["no (0 of 3 seeds)"] * 3


def test_other_criteria(setting):
    assert NEAR_STATIONARY in clause("3.3 (1)").window(setting)
    assert 1.01 * NEAR_STATIONARY not in clause("3.3 (1)").window(setting)
    assert 1.0 in clause("3.1 (1)").window(setting)
    assert 299 / 300 not in clause("3.1 (1)").window(setting)


def test_findings(artefact):
    found = {each.clause.name: each for each in findings(*artefact)}
    assert list(found) == [each.name for each in CLAUSES]
    assert found["3.1 (1)"].values == (1.0, 1.0, 1.0)
    assert (found["3.1 (1)"].holding, found["3.1 (1)"].verdict) == (3, "yes (3 of 3 seeds)")
    # The latest of the seeds' steps 10, 11 and 12.
    assert found["3.1 (1)"].since == 12
    assert found["3.1 (2)"].since is None
    assert found["3.3 (1)"].values == pytest.approx((1e-6, 2e-6, 3e-6))
    assert found["3.3 (3)"].verdict == "no (0 of 3 seeds)"


def test_the_mean_decides_and_seeds_are_counted(artefact):
    description, results = artefact
    # Mean 0.9463, above 0.9375.
    for seed, accuracy in enumerate((0.93, 0.93, 0.979)):
        results["paper/erm"][seed] = results["paper/erm"][seed] | {"test_accuracy": accuracy}
    found = {each.clause.name: each for each in findings(description, results)}
    assert found["3.1 (2)"].verdict == "no (2 of 3 seeds)"
    results["paper/erm"][2]["test_accuracy"] = 0.951
    found = {each.clause.name: each for each in findings(description, results)}
    assert found["3.1 (2)"].verdict == "yes (2 of 3 seeds)"


def test_a_clause_about_every_sample_needs_every_seed(artefact):
    description, results = artefact
    results["paper/erm"][2] = results["paper/erm"][2] | {"training_fit": 0.99}
    found = {each.clause.name: each for each in findings(description, results)}
    assert found["3.1 (1)"].verdict == "no (2 of 3 seeds)"


def test_table_and_tidy_file(artefact):
    description, results = artefact
    found = findings(description, results)
    table = theorem_table(description, found)
    lines = {line[0].text: [cell.text for cell in line[1:]] for line in table.blocks[0].lines}
    assert lines["3.1 (1)"] == [
        "Perfectly fits the training set",
        "1.000",
        "1.000 ± 0.000",
        "12",
        "3",
        "yes (3 of 3 seeds)",
    ]
    assert lines["3.2 (3)"][1:3] == ["0.975", "0.963 ± 0.001"]
    assert lines["3.3 (1)"][1:3] == ["0", "2.0e-06 ± 1.0e-06"]
    criteria = {text for mark, text in table.notes if mark}
    assert criteria == {each.criterion for each in CLAUSES}
    written = tidy(description, found).set_index("clause")
    assert written.loc["3.3 (3)", "seeds_holding"] == 0
    assert written.loc["3.1 (2)", ["lowest", "highest", "holds"]].tolist() == [
        pytest.approx(0.8625), pytest.approx(0.9375), "yes",
    ]  # fmt: skip
    assert written.loc["3.1 (1)", "since_iteration"] == 12
    assert written["predicted"].tolist() == pytest.approx([1, 0.9, 1, 1, 0.975, 0, 1, 1])


def test_measurements(artefact):
    values = measure_theorems(*artefact).set_index(["row", "metric", "seed"])["value"]
    assert values["paper/cutout", "test_accuracy", 1] == pytest.approx(0.963)
    assert values["paper/cutmix", "gradient_norm", 2] == pytest.approx(3e-6)
    assert values["paper/cutout", "augmented_fit", 0] == 1
