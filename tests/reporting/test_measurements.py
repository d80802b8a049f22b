from __future__ import annotations

import pytest

from mixsuite.reporting.description import Row, Run
from mixsuite.reporting.measurements import (
    COLUMNS,
    by_row,
    derived_run,
    measure,
    measurement_table,
    read_measurements,
    write_frame,
)

ROW = Row(id="a", label="A", stand_in=True)
# An identity that looks like a number must stay a name.
RUN = Run(seed=3, identity="000000000012")


@pytest.mark.parametrize("content", [b"", b"\xff"])
def test_a_file_without_measurements_is_named(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"t\.csv: cannot be read \(.*\), expected measurements"):
        read_measurements([tmp_path / "t.csv"])


@pytest.mark.parametrize("column", ["seed", "value"])
def test_text_in_the_place_of_a_number_is_named(tmp_path, column):
    table = measurement_table(measure("t", ROW, RUN, {"top1_error": 0.5, "parameters": 2}))
    write_frame(tmp_path / "t.csv", table.astype({column: object}).replace({column: {table[column].iloc[1]: "x"}}))
    with pytest.raises(ValueError, match=rf"t\.csv: {column}: found 'x', expected a number"):
        read_measurements([tmp_path / "t.csv"])


def test_what_is_written_is_read_again(tmp_path):
    table = measurement_table(measure("t", ROW, RUN, {"top1_error": 0.1 + 0.2, "parameters": 2}))
    write_frame(tmp_path / "t.csv", table)
    write_frame(tmp_path / "nothing.csv", measurement_table([]))
    again = read_measurements([tmp_path / "t.csv", tmp_path / "nothing.csv"])
    assert again.to_dict("records") == table.to_dict("records")
    assert list(again) == COLUMNS
    assert again["run"].tolist() == ["000000000012"] * 2


def test_a_derived_value_names_the_runs_behind_it():
    rows = [Row(id=name, label=name, runs=(Run(0, f"{name}0"), Run(1, f"{name}1"))) for name in "ab"]
    assert derived_run(1, rows) == Run(1, "a1+b1")


def test_no_files_give_no_measurements():
    assert read_measurements([]).empty


def test_a_missing_column_is_named(tmp_path):
    write_frame(tmp_path / "t.csv", measurement_table([]).drop(columns="seed"))
    with pytest.raises(ValueError, match=r"t\.csv: seed: missing"):
        read_measurements([tmp_path / "t.csv"])


def test_by_row_collects_seeds():
    lines = [*measure("t", ROW, Run(0, "x"), {"m": 1.0}), *measure("t", ROW, Run(1, "y"), {"m": 2.0, "n": 9.0})]
    found = by_row(measurement_table(lines), "m")
    assert found["a"].by_seed == {0: 1.0, 1: 2.0}
    assert found["a"].stand_in
    assert by_row(measurement_table(lines), "absent") == {}
