import json
import os

import pytest

from mixsuite.overview import verification as module
from mixsuite.overview.strays import strays
from mixsuite.overview.verification import Verifier
from mixsuite.overview.verification_text import verification_text
from mixsuite.records import write_record


@pytest.fixture
def look(tmp_path, catalog):
    """Verify one result below tmp_path."""
    return lambda result, **how: Verifier(tmp_path, catalog, **how).finding(result)


def test_a_result_of_the_present_state_is_good(first, finish, look, prepare):
    finish(first("training"))
    prepare("a" * 64)
    found = look(first("training"))
    assert (found.state, found.damaged, found.stale, found.notes) == ("good", (), (), ())


def test_what_is_not_there_is_not_found(first, look):
    assert look(first("training")) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "0ld"}, "other code: 0ld, now "),
        ({"code": ""}, "does not say by which code"),
        ({"dataset": {"sha256": "b" * 64}}, "other data: digits with sha256 bbbbbbbbbbbb..., now aaaaaaaaaaaa..."),
        ({"specification": {"seed": 3}}, "other settings: it is the result of the run "),
    ],
)
def test_what_is_stale_says_why(first, finish, look, prepare, change, said):
    prepare("a" * 64)
    finish(first("training"), **change)
    found = look(first("training"))
    assert found.state == "stale"
    assert len(found.stale) == 1
    assert said in found.stale[0]


def test_without_a_prepared_dataset_the_data_is_not_compared(first, finish, look):
    finish(first("training"), dataset={"sha256": "b" * 64})
    assert look(first("training")).state == "good"


def test_a_changed_file_is_damage(first, finish, look, tmp_path):
    finish(first("training"))
    (tmp_path / first("training").others[0]).write_bytes(b"other weights")
    assert "was changed: its sha256 is not" in look(first("training")).damaged[0]
    assert look(first("training"), whole=False).state == "good", "a plan does not read all weights"


def test_a_missing_file_is_damage(first, finish, look, tmp_path):
    record = finish(first("training"))
    (tmp_path / first("training").others[0]).unlink()
    assert look(first("training"), whole=False).damaged == ("model.safetensors is missing",)
    finish(first("training"))
    record.unlink()
    assert look(first("training")).damaged == ("run.json is missing",)


@pytest.mark.parametrize("text", ["", "[]", '{"specification": 1}'])
def test_a_record_that_is_none_is_damage(first, finish, look, text):
    finish(first("training")).write_text(text)
    assert look(first("training")).state == "damaged"


def test_an_edited_record_is_damage(first, finish, look):
    record = finish(first("training"), best=4.5)
    record.write_text(record.read_text().replace("4.5", "3.5"))
    assert look(first("training")).damaged[0].startswith("was changed: its checksum is ")


def test_a_landscape_is_stale_where_its_training_is_newer_stale_or_gone(first, finish, look):
    landscape, training = first("landscape"), first("landscape").needs[0]
    record, made_of = finish(landscape), finish(training)
    os.utime(record, (1000, 1000))
    os.utime(made_of, (1000, 1000))
    assert look(landscape).state == "good"
    os.utime(made_of, (1001, 1001))
    assert look(landscape).stale == (f"what it was made of is newer: {training.record}",)
    finish(training, code="0ld")
    os.utime(made_of, (999, 999))
    assert look(landscape).stale == (f"what it was made of is stale: {training.record}",)
    made_of.unlink()
    assert look(landscape).stale == (f"what it was made of is gone: {training.record}",)


def test_another_environment_is_told_and_makes_nothing_stale(first, finish, look, monkeypatch):
    finish(first("training"))
    monkeypatch.setattr(module, "_version", lambda name: "0.1" if name == "torch" else None)
    found = look(first("training"))
    assert found.state == "good"
    assert len(found.notes) == 1
    assert found.notes[0].endswith("here 0.1")


def test_a_record_without_a_checksum_says_so(first, finish, look):
    record = finish(first("training"))
    content = json.loads(record.read_text())
    record.write_text(json.dumps({key: value for key, value in content.items() if key != "checksum"}))
    assert look(first("training")).notes == ("no checksum was kept of it",)


def test_results_that_nothing_asks_for_are_strays(catalog, first, finish, tmp_path):
    finish(first("training"))
    stray = tmp_path / "results/demo/runs/0123456789ab/run.json"
    write_record(stray, {"specification": {}}, "c0de")
    assert strays(tmp_path, catalog) == [str(stray.relative_to(tmp_path))]


def test_the_text_names_counts_reasons_and_what_to_do(catalog, results, finish, look, first):
    trainings = [result for result in results.values() if result.run.kind == "training"][:30]
    for result in trainings:
        finish(result, code="0ld")
    text = verification_text("demo", [look(result) for result in trainings], 7, ["results/demo/runs/x/run.json"])
    assert "Scale demo: 30 results there: 0 good, 30 stale, 0 damaged; 7 runs not there yet" in text
    assert "30 of the kind training: other code" in text
    assert trainings[0].run.label in text
    assert "and 27 more: --output-json tells all" in text
    assert "shown by nothing now" in text
