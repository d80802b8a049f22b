from __future__ import annotations

import pytest

from mixsuite.reporting.classification_table import (
    classification_remarks,
    compare_classification,
    measure_classification,
)
from mixsuite.reporting.comparison import BEST_NOTE
from mixsuite.reporting.description import read_description
from mixsuite.reporting.results import read_results
from mixsuite.reporting.table_markdown import markdown


@pytest.fixture
def built(describe, classifier_runs, tmp_path):
    """A table with an own, a copied and a missing row, built from made-up runs."""

    def build(stand_in: bool = False):
        rows = [
            {
                "id": "vanilla",
                "label": "PyramidNet-110",
                "block": "CIFAR-100",
                "origin": "copied",
                "source": "Yun et al. (2019), Table 6",
                "printed": {"parameters": {"text": "1.7"}, "top1_error": {"text": "19.85"}},
                "runs": classifier_runs("vanilla", [20.0, 19.8, 19.9]),
                "stand_in": stand_in,
            },
            {
                "id": "dcutmix",
                "label": "+ DCutMix",
                "block": "CIFAR-100",
                "baseline": "vanilla",
                "printed": {"top1_error": {"text": "16.95"}, "top1_error_change": {"text": "-2.90", "note": "A note."}},
                "runs": classifier_runs("dcutmix", [17.0, 17.0, 16.6]),
                "stand_in": stand_in,
            },
            {
                "id": "dropblock",
                "label": "+ DropBlock",
                "block": "CIFAR-100",
                "baseline": "vanilla",
                "printed": {"top1_error": {"text": "15.73", "recalled": True, "approximate": True}},
                "missing": "this version does not have the method dropblock",
            },
        ]
        changes = {"stand_in": True, "stand_in_note": "digits for CIFAR-100"} if stand_in else {}
        description = read_description(describe(rows, **changes))
        measurements = measure_classification(description, read_results(description, tmp_path / "runs"))
        return measurements, compare_classification(description, measurements)

    return build


def test_measurements(built):
    measurements, _ = built()
    values = measurements.set_index(["row", "metric", "seed"])["value"].sort_index()
    assert values["dcutmix", "best_top1_error", 2] == 16.6
    assert values["dcutmix", "top1_error", 2] == pytest.approx(17.1)
    assert values["dcutmix", "top5_error", 0] == 17.0 / 4
    assert values["dcutmix", "parameters", 0] == pytest.approx(1.7253)
    # Paired by seed, best epochs: 17.0 - 20.0, 17.0 - 19.8, 16.6 - 19.9.
    assert values["dcutmix", "top1_error_change"].tolist() == pytest.approx([-3.0, -2.8, -3.3])
    assert ("vanilla", "top1_error_change", 0) not in values.index
    assert "dropblock" not in set(measurements["row"])
    assert set(measurements["artefact"]) == {"jeong2021_table1"}


def test_changes_are_between_best_epochs(describe, classifier_runs, tmp_path):
    rows = [
        {"id": "vanilla", "runs": classifier_runs("vanilla", [20.0])},
        {"id": "dcutmix", "baseline": "vanilla", "runs": classifier_runs("dcutmix", [17.0])},
    ]
    description = read_description(describe(rows))
    results = read_results(description, tmp_path / "runs")
    results["dcutmix"][0]["last"]["top1_error"] = 19.0
    values = measure_classification(description, results).set_index(["row", "metric"])["value"]
    assert values["dcutmix", "top1_error_change"] == pytest.approx(-3.0)


def test_the_best_mean_is_bold_whatever_the_best_seed(describe, classifier_runs, tmp_path):
    rows = [
        {"id": "uneven", "label": "Uneven", "runs": classifier_runs("uneven", [10.0, 20.0, 21.0])},
        {"id": "even", "label": "Even", "runs": classifier_runs("even", [15.0, 15.0, 15.0])},
    ]
    description = read_description(describe(rows))
    measurements = measure_classification(description, read_results(description, tmp_path / "runs"))
    lines = compare_classification(description, measurements).table().blocks[0].lines
    assert [line[1].best for line in lines] == [False, True]


def test_tidy_file_sets_both_side_by_side(built):
    tidy = built()[1].tidy().set_index(["row", "metric"])
    line = tidy.loc[("dcutmix", "best_top1_error")]
    assert (line["printed"], line["printed_value"], line["seeds"], line["unit"]) == ("16.95", 16.95, 3, "%")
    assert line["rebuilt_mean"] == pytest.approx(50.6 / 3)
    assert line["rebuilt_std"] == pytest.approx(0.230940, abs=1e-6)
    assert line["difference"] == pytest.approx(50.6 / 3 - 16.95)
    assert tidy.loc[("vanilla", "best_top1_error")]["origin"] == "copied"
    assert tidy.loc[("dropblock", "best_top1_error")]["not_run"] == "this version does not have the method dropblock"
    assert tidy.loc[("dropblock", "best_top1_error")]["seeds"] == 0
    assert tidy.loc[("dcutmix", "top1_error")].isna()["printed"]


def cells(comparison) -> dict[str, list[str]]:
    """The first block's lines by their first cell, marks and boldness aside."""
    return {line[0].text: [cell.text for cell in line[1:]] for line in comparison.table().blocks[0].lines}


def test_table_to_read(built):
    comparison = built()[1]
    assert [column.heading for column in comparison.table().columns] == [
        "Method",
        "Parameters (M): printed",
        "Parameters (M): rebuilt",
        "Parameters (M): difference",
        "Top-1 error, best epoch (%): printed",
        "Top-1 error, best epoch (%): rebuilt",
        "Top-1 error, best epoch (%): difference",
        "Change against the baseline (points): printed",
        "Change against the baseline (points): rebuilt",
        "Change against the baseline (points): difference",
        "Top-1 error, last epoch (%): rebuilt",
        "Seeds",
    ]
    found = cells(comparison)
    # The mean error is 16.8667, the mean change -3.0333.
    assert found["+ DCutMix"][3:] == [
        "16.95", "16.87 ± 0.23", "-0.08", "-2.90", "-3.03 ± 0.25", "-0.13", "17.37 ± 0.23", "3",
    ]  # fmt: skip
    assert found["+ DropBlock"] == ["", "", "", "15.73", "not run", "", "", "", "", "not run", ""]


def test_best_of_the_block_is_bold_among_printed_and_among_rebuilt(built):
    lines = {line[0].text: line for line in built()[1].table().blocks[0].lines}
    assert [cell.best for cell in lines["+ DCutMix"]][4:6] == [False, True]
    assert lines["+ DropBlock"][4].best
    assert not any(cell.best for cell in lines["PyramidNet-110"])


def test_notes_explain_every_mark(built):
    comparison = built()[1]
    table = comparison.table(classification_remarks(comparison.description))
    notes = {text: mark for mark, text in table.notes}
    assert notes["Copied by the paper from Yun et al. (2019), Table 6."] == "†1"
    assert notes["Read off a figure by eye."] == "‡1"
    assert notes["Recalled, unverified; no source at hand prints it."] == "§1"
    assert notes["A footnote of the manifest."] == notes[BEST_NOTE] == ""
    assert notes["Scale: demo (digits). Protocol: text."] == ""
    assert any("printed errors are held against it" in text for text in notes)
    reason = notes["Not run: this version does not have the method dropblock."]
    lines = {line[0].text: line for line in table.blocks[0].lines}
    assert lines["+ DropBlock"][5].marks == (reason,)
    assert lines["PyramidNet-110"][4].marks == ("†1",)
    used = {mark for line in table.blocks[0].lines for cell in line for mark in cell.marks}
    assert used == {mark for mark, _ in table.notes if mark}


def test_a_stand_in_is_warned_of_and_has_no_difference(built):
    _, comparison = built(stand_in=True)
    table = comparison.table()
    assert table.warning == (
        "Stand-in, not the paper's experiment: digits for CIFAR-100. "
        "Rebuilt numbers are not comparable with printed ones."
    )
    assert not any("difference" in column.heading for column in table.columns)
    assert comparison.tidy()["difference"].isna().all()
    assert "> **Stand-in" in markdown(table)


def test_rows_that_share_their_runs_say_so(describe, classifier_runs, tmp_path):
    runs = classifier_runs("a", [5.0])
    for rows, said in (
        ([{"id": "a", "runs": runs}, {"id": "b", "runs": runs}], True),
        ([{"id": "a", "runs": runs}], False),
    ):
        description = read_description(describe(rows))
        table = compare_classification(
            description, measure_classification(description, read_results(description, tmp_path / "runs"))
        ).table()
        assert (("", "Rows with the same stand-in show the same runs.") in table.notes) is said


def test_a_comparison_of_ones_own_has_nothing_printed(describe, classifier_runs, tmp_path):
    rows = [{"id": "a", "label": "A", "runs": classifier_runs("a", [5.0])}]
    description = read_description(describe(rows))
    measurements = measure_classification(description, read_results(description, tmp_path / "runs"))
    table = compare_classification(description, measurements).table(classification_remarks(description))
    assert [cell.text for cell in table.blocks[0].lines[0]] == ["A", "5.00", "5.50", "1"]
    told = [text for _, text in table.notes]
    assert "Bold: best of its block." in told
    assert any(
        text.startswith("The best epoch is the one with the lowest top-1 error on the test set.") for text in told
    )
    assert not any("printed" in text for text in told)


def test_a_run_without_results_is_named(describe):
    description = read_description(describe([{"id": "a", "runs": [{"seed": 0, "identity": "0123"}]}]))
    with pytest.raises(ValueError, match="run 0123: top1_error: missing"):
        measure_classification(description, {"a": {0: {"best": {}}}})
