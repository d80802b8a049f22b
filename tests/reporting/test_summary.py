from __future__ import annotations

from dataclasses import replace

import pytest

from mixsuite.reporting.description import read_description
from mixsuite.reporting.results import read_results
from mixsuite.reporting.summary import measure_summary, summary_table, tidy


@pytest.fixture
def artefact(describe, patch_rows, tmp_path):
    description = read_description(describe(patch_rows(), name="oh2024_summary"))
    return description, read_results(description, tmp_path / "patches")


def test_methods_are_lines_and_rarities_columns(artefact):
    table = summary_table(*artefact)
    assert [column.heading for column in table.columns] == [
        "Training method",
        "Common features: printed",
        "Common features: measured",
        "Rare features: printed",
        "Rare features: measured",
        "Extremely rare features: printed",
        "Extremely rare features: measured",
        "Seeds",
    ]
    [block] = table.blocks
    lines = [[cell.text for cell in line] for line in block.lines]
    assert [line[0] for line in lines] == ["ERM", "Cutout", "CutMix"]
    assert lines[1] == [
        "Cutout",
        "learned",
        "learned (0.989 ± 0.001)",
        "learned",
        "learned (0.949 ± 0.001)",
        "not learned",
        "not learned (0.599 ± 0.001)",
        "3",
    ]
    assert {cell.marks for line in block.lines for cell in line[1:7:2]} == {("a",)}
    assert ("a", "Inferred from a theorem.") in table.notes


def test_what_nothing_prints_stays_empty(artefact):
    description, results = artefact
    rows = tuple(replace(row, printed={}) for row in description.rows)
    lines = summary_table(replace(description, rows=rows), results).blocks[0].lines
    assert [cell.text for cell in lines[1][1::2]] == ["", "", "", "3"]


def test_seeds_that_disagree_are_counted(artefact):
    description, results = artefact
    run = results["paper/erm/rare"][0]
    results["paper/erm/rare"][0] = run | {"learned": run["learned"] | {"rare": True}}
    lines = summary_table(description, results).blocks[0].lines
    assert lines[0][4].text == "learned by 1 of 3 seeds (0.599 ± 0.001)"


def test_tidy_file(artefact):
    written = tidy(*artefact).set_index("row")
    assert written.loc["paper/cutmix/extremely_rare", "seeds_learned"] == 3
    # The latest of the seeds' steps 5, 6 and 7.
    assert written.loc["paper/cutmix/extremely_rare", "learned_since_iteration"] == 7
    assert written.isna().loc["paper/erm/rare", "learned_since_iteration"]
    assert written.loc["paper/erm/rare", "printed"] == "not learned"
    assert written.loc["paper/erm/common", "feature_output_mean"] == pytest.approx(4.8)


def test_measurements(artefact):
    values = measure_summary(*artefact).set_index(["row", "metric", "seed"])["value"].sort_index()
    assert values["paper/cutout/rare", "learned"].tolist() == [1, 1, 1]
    assert values["paper/erm/extremely_rare", "learned"].tolist() == [0, 0, 0]
    assert values["paper/erm/rare", "class_accuracy", 2] == pytest.approx(0.598)
