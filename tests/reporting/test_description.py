from __future__ import annotations

import json

import pytest

from mixsuite.reporting.description import Run, read_description


def test_reads_text_and_file(describe, tmp_path):
    printed = {"top1_error": {"text": "20.5", "origin": "copied", "source": "CutMix"}}
    row = {"id": "a", "block": "X", "printed": printed, "runs": [{"seed": 0, "identity": "0123456789ab"}]}
    text = json.dumps(describe([row, {"id": "b", "block": "Y"}, {"id": "c", "block": "X"}]))
    (tmp_path / "artefact.json").write_text(text)
    description = read_description(text)
    assert read_description(f"@{tmp_path / 'artefact.json'}") == description
    assert description.heading == "jeong2021, Table 1: A table"
    assert description.rows[0].runs == (Run(0, "0123456789ab"),)
    assert description.rows[0].printed["top1_error"].value == 20.5
    assert {block: [row.id for row in rows] for block, rows in description.blocks.items()} == {
        "X": ["a", "c"],
        "Y": ["b"],
    }


def test_setting_of_a_synthetic_row(describe):
    rows = [{"id": "a", "patches": {"setting": "paper", "method": "erm"}}, {"id": "b"}]
    assert [row.setting for row in read_description(json.dumps(describe(rows))).rows] == ["paper", None]


def test_no_json_is_told():
    with pytest.raises(ValueError, match="--artefact: found no JSON"):
        read_description("{")


def test_a_missing_part_is_named(describe):
    description = describe([])
    del description["where"]
    with pytest.raises(ValueError, match="--artefact: where: missing"):
        read_description(json.dumps(description))
