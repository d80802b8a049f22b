from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from mixsuite.config.manifest import Printed
from mixsuite.reporting.classification_table import compare_classification, measure_classification
from mixsuite.reporting.description import read_description
from mixsuite.reporting.results import read_results
from mixsuite.reporting.timings import measure_timings, read_timings, timing_remarks

SECONDS = {"vanilla": [2.0, 2.0, 4.0, 2.0], "mixup": [2.2, 2.4, 4.6, 2.1]}
RATIOS = [1.1, 1.2, 1.15, 1.05]


@pytest.fixture
def description(describe, classifier_runs, write_timing):
    """Two timed rows and one without, each of three seeds."""
    timing = {"timing": [{"seed": 0, "identity": write_timing(SECONDS)}]}
    printed = {"top1_error": {"text": "20.0"}, "relative_time": {"text": "1.04"}}
    rows = [
        {"id": "a/vanilla", "label": "Vanilla", "recipe": "vanilla", "measured": timing, "printed": printed},
        {"id": "a/mixup", "label": "Mixup", "recipe": "mixup", "measured": timing, "printed": printed},
        {"id": "b/mixup", "label": "Mixup", "recipe": "mixup", "printed": printed},
    ]
    return read_description(describe([{**row, "runs": classifier_runs(row["id"], [20.0, 20.2, 20.4])} for row in rows]))


def timing_of(description):
    return description.rows[0].measured["timing"][0].identity


@pytest.fixture
def timings(description, tmp_path):
    return read_timings(description, tmp_path / "timings")


def test_a_repetition_takes_a_seeds_place(description, timings):
    measured = measure_timings(description, timings)
    assert set(measured["metric"]) == {"relative_time"}
    assert set(measured["run"]) == {timing_of(description)}
    values = measured.set_index(["row", "seed"])["value"]
    assert values["a/mixup"].to_dict() == pytest.approx(dict(enumerate(RATIOS)))
    assert values["a/vanilla"].tolist() == [1.0] * 4
    assert "b/mixup" not in values


def test_the_table_counts_seeds_and_not_repetitions(description, timings, tmp_path):
    measured = measure_classification(description, read_results(description, tmp_path / "runs"))
    comparison = compare_classification(
        description, pd.concat([measured, measure_timings(description, timings)], ignore_index=True)
    )
    headings = [column.heading for column in comparison.columns()]
    lines = [[cell.text for cell in line] for line in comparison.table().blocks[0].lines]
    at = headings.index("Training time relative to vanilla (×): rebuilt")
    # 1.125 ± 0.0645.
    assert [line[at] for line in lines] == ["1.00 ± 0.00", "1.12 ± 0.06", ""]
    assert [line[-1] for line in lines] == ["3", "3", "3"]
    tidy = comparison.tidy().set_index(["row", "metric"])
    assert tidy.loc[("a/mixup", "relative_time")]["difference"] == pytest.approx(1.125 - 1.04)


def test_vanilla_is_not_the_fastest_by_definition(description, timings):
    comparison = compare_classification(description, measure_timings(description, timings))
    columns = [column.heading for column in comparison.columns()]
    at = [columns.index(f"Training time relative to vanilla (×): {each}") for each in ("printed", "rebuilt")]
    faster = {"relative_time": Printed(text="0.9"), "top1_error": Printed(text="20.0")}
    rows = (*description.rows, replace(description.rows[1], id="c/mixup", printed=faster))
    measured = measure_timings(replace(description, rows=rows), timings)
    found = compare_classification(replace(description, rows=rows), measured).table().blocks[0].lines
    # Two are equally fast; their printed ratios are 1.04 and 0.9, a third row's is 1.04.
    assert [[line[index].best for index in at] for line in found] == [
        [False, False],
        [False, True],
        [False, False],
        [True, True],
    ]
    slower = comparison.table().blocks[0].lines
    assert not any(line[at[1]].best for line in slower)
    assert [line[at[0]].best for line in slower] == [False, True, True]


def test_remarks_say_how_was_measured(timings):
    told = " ".join(timing_remarks(timings))
    assert (
        "4 repetitions, each the median of 5 turns of 4 steps with 100 images, on cpu (x86_64) with 1 thread." in told
    )
    assert "1 by definition" in told
    assert timing_remarks({}) == []


def test_rows_without_timing_need_none(describe, tmp_path):
    description = read_description(describe([{"id": "a"}]))
    assert read_timings(description, tmp_path / "nowhere") == {}
    assert measure_timings(description, {}).empty


def test_a_missing_timing_is_told(description, tmp_path):
    with pytest.raises(ValueError, match=r"nowhere/[0-9a-f]{12}\.json: missing"):
        read_timings(description, tmp_path / "nowhere")


def test_another_timing_is_refused(description, write_timing, tmp_path):
    other = write_timing({"vanilla": [1.0]})
    content = (tmp_path / "timings" / f"{other}.json").read_text()
    (tmp_path / "timings" / f"{timing_of(description)}.json").write_text(content)
    with pytest.raises(ValueError, match=f"found the result of the run {other}, expected that of"):
        read_timings(description, tmp_path / "timings")


def test_a_timing_that_lacks_a_recipe_is_named(description, timings):
    identity = timing_of(description)
    del timings[identity]["relative"]["mixup"]
    with pytest.raises(ValueError, match=f"timing {identity}: mixup: missing"):
        measure_timings(description, timings)


def test_a_timing_that_lacks_its_conditions_is_named(timings):
    broken = json.loads(json.dumps(timings))
    identity, content = next(iter(broken.items()))
    del content["device"]
    with pytest.raises(ValueError, match=f"timing {identity}: device: missing"):
        timing_remarks(broken)
