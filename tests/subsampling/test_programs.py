"""score_images.py, select_subset.py and compose_anchors.py, run as rules run them."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mixsuite.data.subset import load_subset

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"


def run(name, *arguments):
    """Run a program in this process; return its exit status."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program.main([str(argument) for argument in arguments])


@pytest.fixture
def score(dataset, run_folder, tmp_path):
    def score(scoring, *arguments):
        where = ["--output-record", tmp_path / "scores.json", "--output-values", tmp_path / "values.npy"]
        what = ["--scoring", json.dumps(scoring), "--run-folder", run_folder, "--dataset", dataset[0]]
        return run("score_images", *what, *where, "--device", "cpu", *arguments)

    return score


@pytest.fixture
def select(dataset, tmp_path):
    def select(subset, *arguments):
        what = ["--subset", json.dumps(subset), "--dataset", dataset[0], "--output", tmp_path / "subset"]
        return run("select_subset", *what, *arguments)

    return select


def test_scores_become_a_subset_and_a_gallery(score, select, dataset, new_scoring, new_subset, tmp_path, capsys):
    assert score(new_scoring(), "--code", "abc", "--dataset-sha256", dataset[1]) == 0
    record = json.loads((tmp_path / "scores.json").read_text())
    assert (record["specification"], record["shape"]) == (new_scoring(), [60, 4])
    assert (record["provenance"]["code"], record["dataset"]["sha256"]) == ("abc", dataset[1])
    assert "image 60 of 60" in capsys.readouterr().err
    assert select(new_subset(), "--scores", tmp_path) == 0
    assert "15 of 60 training images" in capsys.readouterr().out
    assert len(load_subset(tmp_path / "subset")[0].labels) == 15
    gallery = {"anchors": 2, "composites": 2, "ddof": 0, "scores": "0123456789ab"}
    where = ["--output-record", tmp_path / "anchors.json", "--output-arrays", tmp_path / "images.npz"]
    what = ["--gallery", json.dumps(gallery), "--scores", tmp_path, "--dataset", dataset[0]]
    assert run("compose_anchors", *what, *where) == 0
    assert len(json.loads((tmp_path / "anchors.json").read_text())["anchors"]) == 4


@pytest.mark.parametrize(
    ("scoring", "measure", "columns"),
    [
        ({"kind": "dropout", "rate": 0.5, "passes": 5}, {"measure": "bald"}, 2),
        ({"kind": "features"}, {"measure": "k_center"}, 8),
    ],
)
def test_comparators_select_too(score, select, new_subset, tmp_path, scoring, measure, columns):
    assert score({**scoring, "run": "0123456789ab", "seed": 0}) == 0
    assert np.load(tmp_path / "values.npy").shape == (60, columns)
    assert select(new_subset(**measure), "--scores", tmp_path) == 0
    assert len(load_subset(tmp_path / "subset")[0].labels) == 15


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"t": 0}, "error: t: found 0, expected a ratio above 0 and at most 1"),
        ({"t": 0.01}, "error: t: found 0.01, of which 20 images keep none, expected at least 1 / 20"),
        ({"measure": "uncertainty"}, "error: measure: found 'uncertainty'; expected one of bald, cv"),
        ({"measure": "bald"}, "error: scores: found mixed_losses, expected dropout for bald"),
    ],
)
def test_a_mistake_in_a_subset_is_one_line(score, select, new_scoring, new_subset, tmp_path, capsys, changes, message):
    score(new_scoring())
    capsys.readouterr()
    assert select(new_subset(**changes), "--scores", tmp_path) == 1
    said = capsys.readouterr().err
    assert said.startswith(message)
    assert said.count("\n") == 1
    assert not (tmp_path / "subset").exists()


def test_a_scoring_network_of_another_dataset_is_refused(score, other_dataset, new_scoring, tmp_path, capsys):
    assert score(new_scoring(), "--dataset", other_dataset[0]) == 1
    *_, said = capsys.readouterr().err.splitlines()
    assert "was trained on the dataset with sha256" in said
    assert f"expected {other_dataset[1]}" in said
    assert not (tmp_path / "scores.json").exists()


def test_scores_of_another_dataset_are_refused(score, select, other_dataset, new_scoring, new_subset, tmp_path, capsys):
    score(new_scoring())
    capsys.readouterr()
    assert select(new_subset(), "--scores", tmp_path, "--dataset", other_dataset[0]) == 1
    assert "scores of the dataset with sha256" in capsys.readouterr().err


def test_selecting_does_without_torch(dataset, new_subset, tmp_path):
    subset = new_subset(measure="random")
    program = [sys.executable, "-X", "importtime", SCRIPTS / "select_subset.py"]
    what = ["--subset", json.dumps(subset), "--dataset", dataset[0], "--output", tmp_path / "subset"]
    ended = subprocess.run([str(part) for part in (*program, *what)], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert not {"torch", "pandas", "scipy"} & imported
