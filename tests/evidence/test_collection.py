"""What is gathered from a results folder, and what stays there."""

from __future__ import annotations

import json

import pytest
import yaml

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.config.strict import ConfigError
from mixsuite.evidence.collection import collect, names_of
from mixsuite.evidence.folder import read_evidence
from mixsuite.files import write_json, write_text
from mixsuite.records import RecordError, write_record
from mixsuite.reporting.measurements import measurement_table, write_frame

NAME = "evidence_classification"


@pytest.fixture(scope="module")
def catalog(root):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    return load_catalog(root, base | {"papers": ["evidence"], "seeds": 2})


@pytest.fixture
def results(catalog, tmp_path):
    """A results folder where all of the classification is built, weights and pixels included."""
    folder = tmp_path / paths.results(catalog.scale)
    for run in catalog.artefacts[NAME].runs("training").values():
        own = folder / "runs" / run.identity
        write_text(own / "model.safetensors", "weights")
        write_text(own / "history.csv", "epoch\n1\n")
        write_record(own / "run.json", {"specification": run.specification}, "code", [own / "history.csv"])
    write_json(folder / "data/digits/dataset.json", {"sha256": "abc"})
    write_text(folder / "data/digits/train/images.npy", "pixels")
    for file in catalog.files(NAME):
        write_text(tmp_path / file, "made")
    write_frame(folder / f"measurements/{NAME}.csv", measurement_table([]))
    write_record(folder / f"records/{NAME}.json", {"specification": {}, "forms": {}}, "code")
    return folder


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_small_files_are_copied_and_no_others(catalog, results, tmp_path):
    found = collect(catalog, [NAME], results, tmp_path / "evidence")
    runs = {
        f"runs/{identity}/{file}"
        for identity in catalog.artefacts[NAME].runs("training")
        for file in ("run.json", "history.csv")
    }
    about = {f"artefacts/{NAME}.json", f"tables/{NAME}.md", f"tables/{NAME}.csv", f"measurements/{NAME}.csv"}
    kept = runs | about | {f"records/{NAME}.json", "data/digits.json"}
    assert set(found.files) == kept
    assert files(tmp_path / "evidence") == kept | {"evidence.json", "scorecard.csv"}
    assert (found.missing_runs, found.not_built) == ([], [])


def test_the_score_card_s_lines_are_those_of_the_artefacts(catalog, results, tmp_path):
    collect(catalog, [NAME], results, tmp_path / "evidence")
    lines = (tmp_path / "evidence" / "scorecard.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == len(catalog.artefacts[NAME].definition.claims)
    assert all(line.startswith(f"evidence,{NAME},") for line in lines)


def test_settings_that_results_depend_on_are_kept_and_those_of_the_machine_are_not(root, results, tmp_path):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    changed = {"seeds": 2, "schedules": {"oh2024": {"epochs": 3}}, "device": "cpu"}
    own = load_catalog(root, base | {"papers": ["evidence"]} | changed)
    collect(own, [NAME], results, tmp_path / "evidence")
    index = json.loads((tmp_path / "evidence" / "evidence.json").read_text(encoding="utf-8"))
    assert index["config"] == {"protocol": "text", "seeds": 2, "schedules": {"oh2024": {"epochs": 3}}}


def test_a_folder_without_results_leaves_what_is_kept(catalog, tmp_path):
    write_text(tmp_path / "evidence" / "runs" / "old" / "run.json", "{}")
    with pytest.raises(ConfigError, match=f"nowhere: found nothing of {NAME}, expected a folder of their results"):
        collect(catalog, [NAME], tmp_path / "nowhere", tmp_path / "evidence")
    assert files(tmp_path / "evidence") == {"runs/old/run.json"}


def test_missing_runs_and_artefacts_are_named(catalog, results, tmp_path):
    run = next(iter(catalog.runs["training"].values()))
    (results / "runs" / run.identity / "run.json").unlink()
    found = collect(catalog, [NAME, "evidence_fit"], results, tmp_path / "evidence")
    assert found.missing_runs == [run.label]
    assert found.not_built == ["evidence_fit"]
    evidence = read_evidence(tmp_path / "evidence")
    assert [each.label for each in evidence.trainings if each.result is None] == [run.label]
    assert [each.measurements is None for each in evidence.shown] == [False, True]


def test_what_is_of_other_results_goes_and_what_a_person_wrote_stays(catalog, results, tmp_path):
    folder = tmp_path / "evidence"
    for file in ("runs/0000/run.json", "figures/old.png", "notes.md", "throughput.json", "README.md"):
        write_text(folder / file, "{}")
    collect(catalog, [NAME], results, folder)
    assert {"notes.md", "throughput.json", "README.md"} <= files(folder)
    assert not {"runs/0000/run.json", "figures/old.png"} & files(folder)
    assert not (folder / "runs" / "0000").exists()


def test_gathering_twice_gives_equal_bytes(catalog, results, tmp_path):
    contents = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        collect(catalog, [NAME], results, folder)
        contents.append({name: (folder / name).read_bytes() for name in files(folder)})
    assert contents[0] == contents[1]


def test_a_damaged_run_is_refused_before_anything_is_written(catalog, results, tmp_path):
    run = next(iter(catalog.runs["training"].values()))
    write_text(results / "runs" / run.identity / "history.csv", "epoch\n2\n")
    with pytest.raises(RecordError, match=r"history\.csv was changed"):
        collect(catalog, [NAME], results, tmp_path / "evidence")
    assert not (tmp_path / "evidence").exists()


def test_a_paper_names_all_of_its_artefacts(catalog):
    assert names_of(catalog, ["evidence"]) == list(catalog.built)
    assert names_of(catalog, [NAME, "evidence_fit", NAME]) == [NAME, "evidence_fit"]
    with pytest.raises(ConfigError, match="jeong2021: is no paper or artefact"):
        names_of(catalog, ["jeong2021"])


def test_what_is_not_shown_is_named_by_paper(catalog, results, tmp_path):
    collect(catalog, [NAME], results, tmp_path / "evidence")
    index = json.loads((tmp_path / "evidence" / "evidence.json").read_text(encoding="utf-8"))
    assert "fit" in index["not_shown"]["evidence"] and "classification" not in index["not_shown"]["evidence"]
    assert "table2" in index["not_shown"]["jeong2021"]


def test_nothing_of_the_machine_s_folders_is_kept(catalog, results, tmp_path):
    collect(catalog, [NAME], results, tmp_path / "evidence")
    kept = [(tmp_path / "evidence" / name).read_text(encoding="utf-8") for name in files(tmp_path / "evidence")]
    assert not [text for text in kept if str(tmp_path) in text]
