from __future__ import annotations

import pytest

from mixsuite.reporting.description import read_description
from mixsuite.reporting.detection_table import compare_detection, detection_remarks, measure_detection
from mixsuite.reporting.table_markdown import markdown


@pytest.fixture
def given(describe):
    """Make a description of two networks and their evaluations."""
    rows, evaluations = [], {}
    for name, aupr in (("vanilla", [17.0, 17.5]), ("cutmix", [16.0, 16.2])):
        runs = [{"seed": seed, "identity": f"{name}{seed}"} for seed in range(2)]
        rows.append({"id": name, "label": name, "printed": {"aupr": {"text": "16.96"}}, "runs": runs})
        evaluations[name] = {seed: _evaluation(value) for seed, value in enumerate(aupr)}
    return read_description(describe(rows)), evaluations


def _evaluation(aupr):
    detection = {"aupr": aupr, "auroc": 50.0 + aupr, "fpr95": 93.0, "base_rate": 16.64, "n_unknown": 2, "n_known": 10}
    sets = {"unknown": {"source": "patches of photographs"}}
    return {"specification": {"class_mask": "masked"}, "detection": detection, "sets": sets}


def test_measurements_are_all_four_of_each_run(given):
    measurements = measure_detection(*given)
    assert len(measurements) == 2 * 2 * 4
    values = measurements.set_index(["row", "metric", "seed"])["value"]
    assert values["cutmix", "aupr", 1] == 16.2
    assert values["vanilla", "auroc", 0] == 67.0
    assert values["vanilla", "base_rate", 1] == 16.64


def test_the_chance_level_stands_beside_the_aupr(given):
    description, evaluations = given
    comparison = compare_detection(description, measure_detection(description, evaluations))
    table = comparison.table(detection_remarks(evaluations))
    assert [cell.text for cell in table.blocks[0].lines[0]] == [
        "vanilla", "16.96", "17.25 ± 0.35", "+0.29", "16.64", "67.25 ± 0.35", "93.00 ± 0.00", "2",
    ]  # fmt: skip
    headings = [column.heading for column in table.columns]
    assert headings[4] == "Chance level of AUPR (%): rebuilt"
    text = markdown(table)
    assert "Out of distribution: patches of photographs; 2 images against 10 test images." in text
    assert "over the classes of the set's folders alone" in text


def test_an_evaluation_without_unknown_images_is_one_message(given):
    description, evaluations = given
    evaluations["cutmix"][1]["detection"] = None
    with pytest.raises(ValueError, match="row cutmix: aupr: missing"):
        measure_detection(description, evaluations)
