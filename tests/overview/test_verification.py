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


@pytest.mark.parametrize("kind", ["training", "held_out", "landscape", "scores", "subset", "evaluation", "transfer"])
def test_what_is_made_of_a_whole_dataset_is_held_against_that(first, finish, look, prepare, kind):
    result = first(kind)
    prepare("b" * 64, result.dataset)
    finish(result)
    assert any(f"other data: {result.dataset} with sha256 aaaaaaaaaaaa..., now" in why for why in look(result).stale)


def test_a_training_on_a_subset_is_held_against_the_subset_and_not_the_dataset(results, finish, look, prepare):
    result = next(each for each in results.values() if "subset" in (each.run.specification.get("dataset") or ()))
    (subset,) = (need for need in result.needs if need.run.kind == "subset")
    prepare("d" * 64, result.dataset)
    finish(result, dataset={"sha256": "c" * 64})
    assert not any(why.startswith("other data") for why in look(result).stale), "the subset is not there yet"
    for need in subset.needs:
        for each in (*need.needs, need):
            finish(each, dataset={"sha256": "d" * 64})
    finish(subset, dataset={"sha256": "d" * 64}, sha256="c" * 64)
    finish(result, dataset={"sha256": "c" * 64})
    assert (look(subset).stale, look(result).stale) == ((), ())
    finish(subset, dataset={"sha256": "d" * 64}, sha256="e" * 64)
    finish(result, dataset={"sha256": "c" * 64})
    (why,) = look(result).stale
    assert why == f"other data: subset {subset.identity} of digits with sha256 cccccccccccc..., now eeeeeeeeeeee..."


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


@pytest.mark.parametrize("kind", ["cscores", "estimated_cscores"])
def test_kinds_that_share_a_folder_are_no_strays_of_each_other(catalog, results, finish, tmp_path, kind, monkeypatch):
    folder = tmp_path / "results/demo/cscores"
    known = {each.identity: each.run for each in results.values() if each.record.startswith("results/demo/cscores/")}
    assert known
    for identity in known:
        finish(results[identity])
    # Whichever kind the scale takes them from.
    runs = {**catalog.runs, "cscores": {}, "estimated_cscores": {}, kind: known}
    monkeypatch.setitem(catalog.__dict__, "runs", runs)
    assert strays(tmp_path, catalog) == []
    write_record(folder / "0123456789ab" / "cscores.json", {"specification": {}}, "c0de")
    assert strays(tmp_path, catalog) == ["results/demo/cscores/0123456789ab/cscores.json"]


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
