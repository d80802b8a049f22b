import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.records import RecordError, damages, parse_record, read_record, write_record


@pytest.fixture
def result(tmp_path):
    """A result of two files: weights.bin and its record."""
    (tmp_path / "weights.bin").write_bytes(b"weights")
    content = {"specification": {"seed": 0}, "errors": (1.25, 0.1), "by_epoch": {10: "b", 9: "a"}}
    write_record(tmp_path / "run.json", content, "c0de", [tmp_path / "weights.bin"])
    return tmp_path


def test_a_record_is_read_back_with_its_provenance_and_checksums(result):
    content = read_record(result / "run.json")
    assert content["specification"] == {"seed": 0}
    assert content["errors"] == [1.25, 0.1]
    assert content["by_epoch"] == {"9": "a", "10": "b"}
    assert content["provenance"]["code"] == "c0de"
    assert list(content["files"]) == ["weights.bin"]
    assert damages(content, [result / "weights.bin"]) == []


@pytest.mark.parametrize(("old", "new"), [("1.25", "1.24"), ('"c0de"', '"c1de"'), ('"seed": 0', '"seed": 1')])
def test_a_changed_record_is_refused(result, old, new):
    path = result / "run.json"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RecordError, match=r"run\.json: was changed: its checksum is"):
        read_record(path)


def test_white_space_and_the_order_of_keys_are_no_change(result):
    content = json.loads((result / "run.json").read_text())
    (result / "run.json").write_text(json.dumps(dict(reversed(content.items()))))
    assert read_record(result / "run.json") == content


def test_a_changed_or_missing_file_is_named(result):
    content = read_record(result / "run.json")
    (result / "weights.bin").write_bytes(b"weighty")
    found = damages(content, [result / "weights.bin", result / "history.csv"])
    assert found[0].startswith("weights.bin was changed: its sha256 is not ")
    assert found[1] == "history.csv is missing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "cannot be read"),
        ("[1]", "cannot be read"),
        ('{"specification": {}}', "lacks a specification"),
        ('{"a": NaN}', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path, text, said):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(RecordError, match=said):
        read_record(tmp_path / "run.json")


def test_a_missing_record_is_refused(tmp_path):
    with pytest.raises(RecordError, match=r"none\.json: cannot be read \(No such file"):
        read_record(tmp_path / "none.json")


@given(st.binary(max_size=200))
def test_whatever_a_file_holds_is_a_record_or_refused(text):
    with pytest.raises(RecordError):
        parse_record(text, "run.json")
