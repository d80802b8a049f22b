"""What was damaged since it was made is refused."""

from __future__ import annotations

import json

import pytest

from mixsuite.intact import read_intact
from mixsuite.provenance import SCRIPTS, import_closure
from mixsuite.records import RecordError, write_record


@pytest.fixture
def result(tmp_path):
    """A record and a file beside it."""
    (tmp_path / "values.bin").write_bytes(b"12")
    write_record(tmp_path / "run.json", {"specification": {"seed": 0}}, "c0de", [tmp_path / "values.bin"])
    return tmp_path / "run.json", tmp_path / "values.bin"


def test_what_was_written_is_read(result):
    assert read_intact(*result)["specification"] == {"seed": 0}


@pytest.mark.parametrize("place", [0, 1])
def test_what_is_gone_is_named(result, place):
    result[place].unlink()
    with pytest.raises(RecordError, match=rf"{result[place].name}: missing, expected the result of a run$"):
        read_intact(*result)


def test_changed_files_and_records_are_refused_alike(result):
    record, values = result
    values.write_bytes(b"21")
    with pytest.raises(RecordError, match=rf"^{values} was changed: .*; delete it, and Snakemake makes it anew$"):
        read_intact(*result)
    record.write_text(record.read_text().replace('"seed": 0', '"seed": 1'))
    with pytest.raises(RecordError, match=rf"^{record}: was changed: .*; delete it, and Snakemake makes it anew$"):
        read_intact(*result)


def test_what_is_no_record_is_said_without_advice_to_delete_it(result):
    result[0].write_text("{}")
    with pytest.raises(RecordError, match=r"expected the record of a result$"):
        read_intact(*result)


def test_results_of_older_versions_have_no_checksums(result):
    content = json.loads(result[0].read_text())
    result[0].write_text(json.dumps({key: content[key] for key in ("specification", "provenance")}))
    assert read_intact(*result)["specification"] == {"seed": 0}


READERS = (
    "score_images",
    "select_subset",
    "compose_anchors",
    "measure_landscape",
    "make_adversarial",
    "evaluate_robustness",
    "score_misclassified",
    "measure_mixed_outputs",
    "fine_tune",
    "plot_composition",
    "plot_feature_outputs",
    "tabulate_classification",
)


@pytest.mark.parametrize("name", READERS)
def test_every_program_that_reads_results_has_this_way_in(name):
    assert "mixsuite.intact" in import_closure(SCRIPTS / f"{name}.py", ())


def test_weights_are_read_in_one_place():
    found = [path.name for path in SCRIPTS.rglob("*.py") if "load_file(" in path.read_text(encoding="utf-8")]
    assert found == ["weights_file.py"]
