import json
import os

import pytest

from mixsuite.files import write_json
from mixsuite.records import write_record


@pytest.fixture
def away(tmp_path):
    return tmp_path / "away"


def refusal(outcomes):
    (outcome,) = outcomes
    assert outcome.state == "refused"
    return outcome.reason


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_training_made_by_hand_comes_home_where_snakemake_expects_it(made, training, take, home, away):
    record = made(training)
    (outcome,) = take(away)
    assert (outcome.state, outcome.path) == ("taken", training.record)
    assert files_below(home) == sorted(training.files)
    assert (home / training.record).read_bytes() == record.read_bytes()


def test_all_files_of_an_intake_have_the_same_time(made, results, take, home, away):
    chosen = [next(r for r in results.values() if r.run.kind == kind) for kind in ("landscape", "descent")]
    for place, result in enumerate((*chosen, *chosen[0].needs)):
        os.utime(made(result), (1000 + place, 1000 + place))
    assert {outcome.state for outcome in take(away)} == {"taken"}
    assert len({(home / file).stat().st_mtime_ns for file in files_below(home)}) == 1


def test_taking_the_same_again_changes_nothing(made, training, take, home, away):
    made(training)
    take(away)
    before = (home / training.record).stat()
    (outcome,) = take(away)
    assert outcome.state == "there"
    assert (home / training.record).stat() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [({"code": "0ld"}, "other code: 0ld, now "), ({"code": ""}, "does not say by which code")],
)
def test_what_other_code_made_is_refused(made, training, take, home, away, change, said):
    made(training, **change)
    assert said in refusal(take(away))
    assert not home.exists()


def test_other_code_may_be_taken_knowingly(made, training, take, away):
    made(training, code="0ld")
    (outcome,) = take(away, other_code=True)
    assert outcome.state == "taken"


@pytest.mark.parametrize("how", [{}, {"other_code": True}])
def test_what_was_made_of_other_data_is_refused(made, training, take, home, catalog, away, how):
    write_json(home / catalog.dataset_files("digits")[0], {"sha256": "b" * 64})
    made(training)
    assert "other data: digits with sha256 aaaaaaaaaaaa..., now bbbbbbbbbbbb..." in refusal(take(away, **how))


def test_a_result_that_nobody_asked_for_stays_and_says_what_differs(made, training, take, home, away):
    other = json.loads(json.dumps(training.run.specification))
    other["schedule"]["epochs"] = 7
    made(training, specification=other)
    (outcome,) = take(away)
    assert outcome.state == "not asked"
    assert training.run.label in outcome.reason
    assert f"schedule.epochs: found 7, expected {training.run.specification['schedule']['epochs']}" in outcome.reason
    assert not home.exists()


def test_a_changed_file_is_refused(made, training, take, home, away):
    (made(training).parent / "model.safetensors").write_bytes(b"other weights")
    assert "model.safetensors was changed" in refusal(take(away))
    assert files_below(home) == []


def test_a_missing_file_is_refused(made, training, take, away):
    (made(training).parent / "model.safetensors").unlink()
    assert refusal(take(away)) == "model.safetensors is missing"


def test_an_edited_record_is_refused(made, training, take, away):
    record = made(training, best=4.5)
    record.write_text(record.read_text().replace("4.5", "3.5"))
    assert refusal(take(away)).startswith("was changed: its checksum is ")


def test_a_forged_specification_is_refused(made, training, take, away, results):
    # Another run's result under this one's name: the record's checksum tells.
    record = made(training)
    wanted = next(each for each in results.values() if each.run.kind == "training" and each is not training)
    content = json.loads(record.read_text())
    content["specification"] = wanted.run.specification
    record.write_text(json.dumps(content))
    assert "was changed" in refusal(take(away))


def test_a_truncated_record_is_named(made, training, take, away):
    record = made(training)
    record.write_text(record.read_text()[:100])
    assert "cannot be read" in refusal(take(away))


@pytest.mark.parametrize("content", ["[]", "null", "0"])
def test_a_record_that_is_no_object_is_named(made, training, take, away, content):
    made(training).write_text(content)
    assert refusal(take(away)) == f"found {content}, expected the record of a result"


def test_without_checksums_nothing_is_taken(made, training, take, away):
    record = made(training)
    content = json.loads(record.read_text())
    record.write_text(json.dumps({key: content[key] for key in content if key not in ("checksum", "files")}))
    reason = refusal(take(away))
    assert "no checksum was kept of it" in reason


def test_another_result_is_never_overwritten(made, training, take, home, away):
    made(training, seconds=1.0)
    take(away)
    before = (home / training.record).read_bytes()
    made(training, seconds=2.0)
    assert "another result is there already" in refusal(take(away))
    assert (home / training.record).read_bytes() == before


def test_a_damaged_result_is_not_overwritten_either_and_is_called_damaged(made, training, take, home, away):
    made(training)
    take(away)
    (home / training.others[0]).write_bytes(b"damaged")
    name, folder = training.others[0].rpartition("/")[2], (home / training.record).parent
    said = refusal(take(away))
    assert said.startswith(f"a damaged result ({name} was changed: its sha256 is not ")
    assert said.endswith(f" is there already: delete {folder} if it is to be replaced")


@pytest.mark.parametrize("kind", ["evaluation", "landscape", "bridge", "held_out", "timing", "sizes"])
def test_of_a_result_that_is_one_file_that_file_alone_is_to_be_deleted(made, results, take, home, away, kind):
    result = next(each for each in results.values() if each.run.kind == kind)
    made(result, seconds=1.0)
    take(away)
    made(result, seconds=2.0)
    file = home / result.record
    assert refusal(take(away)) == f"another result is there already: delete {file} if it is to be replaced"
    file.write_text(file.read_text().replace("1.0", "3.0"))
    said = refusal(take(away))
    assert said.startswith("a damaged result (was changed: its checksum is ")
    assert said.endswith(f" is there already: delete {file} if it is to be replaced")


def test_of_a_sweep_its_two_files_are_to_be_deleted_and_no_others(made, results, take, home, away):
    sweep = next(each for each in results.values() if each.run.kind == "sweep")
    made(sweep, seconds=1.0)
    take(away)
    made(sweep, seconds=2.0)
    assert f"delete {home / sweep.files[0]} and {home / sweep.files[1]} if it" in refusal(take(away))


def test_what_is_made_of_a_subset_comes_home_with_it_and_is_held_against_it(made, results, take, home, catalog, away):
    write_json(home / catalog.dataset_files("digits")[0], {"sha256": "d" * 64})
    result = next(each for each in results.values() if "subset" in (each.run.specification.get("dataset") or ()))
    (subset,) = (need for need in result.needs if need.run.kind == "subset")
    made(subset, sha256="d" * 64, **{"n": 1})
    made(result, sha256="c" * 64)
    assert [outcome.state for outcome in take(away)] == ["taken", "taken"]
    (home / result.record).unlink()
    write_json(home / subset.record, {"sha256": "e" * 64})
    refused = {outcome.path: outcome.reason for outcome in take(away)}
    assert f"other data: subset {subset.identity} of digits" in refused[result.record]


def test_what_a_kill_left_of_an_intake_is_completed(made, training, take, home, away):
    made(training)
    take(away)
    (home / training.record).unlink()
    (home / training.others[0]).unlink()
    (outcome,) = take(away)
    assert outcome.state == "taken"
    assert files_below(home) == sorted(training.files)


def test_other_files_without_a_record_are_not_overwritten(made, training, take, home, away):
    made(training)
    (home / training.others[0]).parent.mkdir(parents=True)
    (home / training.others[0]).write_bytes(b"of a training that runs")
    assert "there are other files already" in refusal(take(away))


def test_a_dry_run_writes_nothing(made, training, take, home, away):
    made(training)
    (outcome,) = take(away, dry=True)
    assert outcome.state == "taken"
    assert not home.exists()


def test_other_json_is_passed_over(made, training, take, away):
    made(training)
    (away / "notes.json").write_text('{"a": 1}')
    write_record(away / "table.json", {"specification": {"artefact": "jeong2021_table1"}}, "c0de")
    (away / ".state").mkdir()
    (away / ".state" / "run.json").write_text("{")
    assert [outcome.state for outcome in take(away)] == ["taken"]


def test_links_are_passed_over(made, training, take, away, tmp_path):
    record = made(training, folder="../elsewhere")
    away.mkdir(exist_ok=True)
    (away / "run.json").symlink_to(record)
    assert take(away) == []
    made(training)
    weights = away / "mine" / training.identity / "model.safetensors"
    weights.rename(tmp_path / "weights")
    weights.symlink_to(tmp_path / "weights")
    assert refusal(take(away)) == "model.safetensors is missing"
