from __future__ import annotations

import pytest

from mixsuite.reporting.description import Run, read_description


def test_rows_runs_and_printed_values_are_read(describe):
    printed = {"top1_error": {"text": "20.5", "origin": "copied", "source": "CutMix"}}
    row = {"id": "a", "block": "X", "printed": printed, "runs": [{"seed": 0, "identity": "0123456789ab"}]}
    description = read_description(describe([row, {"id": "b", "block": "Y"}, {"id": "c", "block": "X"}]))
    assert description.heading == "jeong2021, Table 1: A table"
    assert description.rows[0].runs == (Run(0, "0123456789ab"),)
    assert description.rows[0].printed["top1_error"].value == 20.5
    assert {block: [row.id for row in rows] for block, rows in description.blocks.items()} == {
        "X": ["a", "c"],
        "Y": ["b"],
    }


def test_setting_of_a_synthetic_row(describe):
    rows = [{"id": "a", "patches": {"setting": "paper", "method": "erm"}}, {"id": "b"}]
    assert [row.setting for row in read_description(describe(rows)).rows] == ["paper", None]


def test_rows_that_are_derived_and_timed(describe):
    timing = {"seed": 0, "identity": "0123"}
    timed = {"id": "a", "recipe": "mixup-a1", "measured": {"timing": [timing]}}
    rows = [timed, {"id": "b"}, {"id": "c", "best_of": ["a", "b"]}]
    first, second, third = read_description(describe([*rows, {"id": "d", "deviation_of": ["a"]}])).rows[:3]
    assert (first.recipe, first.measured, first.best_of) == ("mixup-a1", {"timing": (Run(0, "0123"),)}, ())
    assert (second.recipe, second.measured) == (None, {})
    assert third.best_of == ("a", "b")


def test_what_is_no_mapping_is_told():
    with pytest.raises(ValueError, match="--artefact: found list, expected the catalog's description"):
        read_description([])


def test_a_missing_part_is_named(describe):
    description = describe([])
    del description["where"]
    with pytest.raises(ValueError, match="--artefact: where: missing"):
        read_description(description)
