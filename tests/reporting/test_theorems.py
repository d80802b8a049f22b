from __future__ import annotations

import json

import pytest

from mixsuite.patches.setting import Setting
from mixsuite.reporting.clauses import CLAUSES, NEAR_STATIONARY
from mixsuite.reporting.description import read_description
from mixsuite.reporting.synthetic import read_results
from mixsuite.reporting.theorems import findings, measure_theorems, theorem_table, tidy


@pytest.fixture
def setting(patch_runs, tmp_path):
    [run] = patch_runs("erm", 1)
    return Setting.from_mapping(
        json.loads((tmp_path / "patches" / run["identity"] / "run.json").read_text())["specification"]["setting"]
    )


@pytest.fixture
def artefact(describe, patch_rows, tmp_path):
    description = read_description(json.dumps(describe(patch_rows(by_rarity=False), name="oh2024_theorems")))
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
    # Half way between the predictions 0.9, 0.975 and 1 lie 0.9375 and 0.9875.
    [
        (0.5, "3.1 (2)"),
        (0.937, "3.1 (2)"),
        (0.938, "3.2 (3)"),
        (0.987, "3.2 (3)"),
        (0.988, "3.3 (3)"),
        (1.0, "3.3 (3)"),
    ],
)
def test_an_accuracy_bears_out_the_nearest_prediction(setting, accuracy, holding):
    names = [each.name for each in CLAUSES if each.metric == "test_accuracy" and each.holds(accuracy, setting)]
    assert names == [holding]


def test_other_criteria(setting):
    assert clause("3.3 (1)").holds(NEAR_STATIONARY, setting)
    assert not clause("3.3 (1)").holds(1.01 * NEAR_STATIONARY, setting)
    assert clause("3.1 (1)").holds(1.0, setting)
    assert not clause("3.1 (1)").holds(299 / 300, setting)


def test_findings(artefact):
    found = {each.clause.name: each for each in findings(*artefact)}
    assert list(found) == [each.name for each in CLAUSES]
    assert found["3.1 (1)"].values == (1.0, 1.0, 1.0)
    assert (found["3.1 (1)"].holding, found["3.1 (1)"].verdict) == (3, "yes")
    # The latest of the seeds' steps 10, 11 and 12.
    assert found["3.1 (1)"].since == 12
    assert found["3.1 (2)"].since is None
    assert found["3.3 (1)"].values == pytest.approx((1e-6, 2e-6, 3e-6))
    assert found["3.3 (3)"].verdict == "no"


def test_a_clause_that_holds_for_some_seeds_says_for_how_many(artefact):
    description, results = artefact
    results["paper/erm"][2] = results["paper/erm"][2] | {"training_fit": 0.99}
    found = {each.clause.name: each for each in findings(description, results)}
    assert found["3.1 (1)"].verdict == "in 2 of 3 seeds"


def test_table_and_tidy_file(artefact):
    description, results = artefact
    found = findings(description, results)
    table = theorem_table(description, found)
    lines = {line[0].text: [cell.text for cell in line[1:]] for line in table.blocks[0].lines}
    assert lines["3.1 (1)"] == ["Perfectly fits the training set", "1.000", "1.000 ± 0.000", "12", "3", "yes"]
    assert lines["3.2 (3)"][1:3] == ["0.975", "0.963 ± 0.001"]
    assert lines["3.3 (1)"][1:3] == ["0", "2.0e-06 ± 1.0e-06"]
    criteria = {text for mark, text in table.notes if mark}
    assert criteria == {each.criterion for each in CLAUSES}
    written = tidy(description, found).set_index("clause")
    assert written.loc["3.3 (3)", "seeds_holding"] == 0
    assert written.loc["3.1 (1)", "since_iteration"] == 12
    assert written["predicted"].tolist() == pytest.approx([1, 0.9, 1, 1, 0.975, 0, 1, 1])


def test_measurements(artefact):
    values = measure_theorems(*artefact).set_index(["row", "metric", "seed"])["value"]
    assert values["paper/cutout", "test_accuracy", 1] == pytest.approx(0.963)
    assert values["paper/cutmix", "gradient_norm", 2] == pytest.approx(3e-6)
    assert values["paper/cutout", "augmented_fit", 0] == 1
