"""The programs that C-scores and mixed outputs come from, run as rules run them."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mixsuite.cscores.scores import CScores, read_cscores, write_cscores
from mixsuite.data.arrays import load_dataset
from mixsuite.data.download import md5_of
from mixsuite.data.subset import load_subset, write_subset
from mixsuite.models.registry import build_model
from mixsuite.records import sha256_of

OBTAIN = {"dataset": {"name": "bars"}, "published": None}


@pytest.fixture
def start(root, tmp_path):
    def start(program, *arguments, python=()):
        command = [sys.executable, *python, root / "workflow" / "scripts" / f"{program}.py", *arguments]
        return subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, timeout=120, cwd=tmp_path
        )

    return start


@pytest.fixture
def call(root, tmp_path, monkeypatch, capsys):
    """Call a program's main here, where torch is loaded already; return its status and what it says on stderr."""

    def call(program, *arguments):
        monkeypatch.chdir(tmp_path)
        found = importlib.util.spec_from_file_location(program, root / "workflow" / "scripts" / f"{program}.py")
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        status = module.main([str(part) for part in arguments])
        return status, capsys.readouterr().err

    return call


def outputs(folder):
    return "--output-cscores", folder / "cscores.npz", "--output-record", folder / "cscores.json"


def test_an_estimate_is_written_and_only_what_it_needs_imported(start, bars, new_estimate, tmp_path):
    estimate = new_estimate()
    ended = start(
        "estimate_cscores",
        *("--estimate", json.dumps(estimate), "--dataset", bars, "--state", tmp_path / "state"),
        *("--code", "abc", "--device", "cpu", *outputs(tmp_path)),
        python=("-X", "importtime"),
    )
    assert ended.returncode == 0, ended.stderr
    found, said = read_cscores(tmp_path / "cscores.npz"), json.loads((tmp_path / "cscores.json").read_text())
    train, _, sha256 = load_dataset(bars)
    assert found.labels.tolist() == train.labels.tolist()
    with np.load(tmp_path / "cscores.npz") as file:
        assert file["profile"].shape == (2, 24)
        assert found.scores == pytest.approx(file["profile"].mean(axis=0))
    assert said["specification"] == estimate
    assert (said["n"], said["trainings"], said["held_out_at_least"]) == (24, 8, 2)
    assert said["q2"] == np.median(found.scores)
    assert (said["dataset"]["sha256"], said["provenance"]["code"]) == (sha256, "abc")
    assert "training 8 of 8" in ended.stderr
    assert [file.name for file in (tmp_path / "state").iterdir()] == ["progress.json"]
    slow = {"torch._dynamo", "torch._inductor", "torchvision", "pandas", "matplotlib"}
    assert not slow & {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("missing", "error: given.npz: no such file, expected C-scores"),
        ("other dataset", "error: given.npz: found C-scores of 5 images, expected those of the 24 training images"),
        ("other order", "error: given.npz: the labels differ from the training images' in 16 of 24 places"),
    ],
)
def test_scores_of_another_dataset_or_order_are_one_line(call, bars, tmp_path, file, message):
    labels = np.array(load_dataset(bars)[0].labels)
    given = {"other dataset": labels[:5], "other order": np.sort(labels)}
    if file in given:
        write_cscores(tmp_path / "given.npz", CScores(np.full(len(given[file]), 0.5), given[file]))
    what = ["--cscores", json.dumps(OBTAIN), "--source", "given.npz", "--dataset", bars, "--cache", "cache"]
    status, said = call("obtain_cscores", *what, *outputs(tmp_path))
    assert status == 1
    assert said.startswith(message)
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "cscores.npz").exists()


def test_a_file_that_was_replaced_is_refused(call, bars, tmp_path):
    labels = np.array(load_dataset(bars)[0].labels)
    write_cscores(tmp_path / "given.npz", CScores(np.full(len(labels), 0.5), labels))
    what = ["--cscores", json.dumps(OBTAIN), "--source", "given.npz", "--dataset", bars, "--cache", "cache"]
    status, said = call("obtain_cscores", *what, "--source-sha256", "0123", *outputs(tmp_path))
    assert status == 1
    assert said.startswith("error: given.npz: has sha256 ")
    assert said.endswith("expected 0123: it was replaced; start Snakemake again\n")
    assert not (tmp_path / "cscores.npz").exists()
    found = sha256_of(tmp_path / "given.npz")
    assert call("obtain_cscores", *what, "--source-sha256", found, *outputs(tmp_path)) == (0, "")


@pytest.fixture
def trained(bars, tmp_path):
    """A network in runs/net that was trained on the subset subsets/half, and C-scores of all images."""
    train, _, sha256 = load_dataset(bars)
    half = tmp_path / "subsets" / "half"
    write_subset(half, np.arange(12), bars, sha256, {})
    model = {"family": "demo_cnn", "width": 4, "blocks": 1}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build_model(model, n_classes=3, in_channels=1, image_size=8)
    (tmp_path / "runs" / "net").mkdir(parents=True)
    save_file(network.state_dict(), tmp_path / "runs" / "net" / "model.safetensors")
    write_cscores(tmp_path / "cscores.npz", CScores(np.linspace(0, 1, 24), np.array(train.labels)))
    return model, load_subset(half)[2]


def write_run(tmp_path, new_estimate, model, sha256):
    run = {"dataset": {}, "model": model, "recipe": {"method": "vanilla"}, "schedule": new_estimate()["schedule"]}
    content = {"specification": {**run, "seed": 0}, "dataset": {"sha256": sha256}, "provenance": {}}
    (tmp_path / "runs" / "net" / "run.json").write_text(json.dumps(content))


def test_given_scores_are_taken_over(call, bars, tmp_path):
    labels = np.array(load_dataset(bars)[0].labels)
    write_cscores(tmp_path / "given.npz", CScores(np.linspace(0, 1, 24), labels))
    what = ["--cscores", json.dumps(OBTAIN), "--source", "given.npz", "--dataset", bars, "--cache", "cache"]
    assert call("obtain_cscores", *what, *outputs(tmp_path)) == (0, "")
    assert read_cscores(tmp_path / "cscores.npz").scores.tolist() == np.linspace(0, 1, 24).tolist()
    said = json.loads((tmp_path / "cscores.json").read_text())
    assert (said["specification"], said["source"], said["n"], said["q2"]) == (OBTAIN, "given.npz", 24, 0.5)


def test_scores_are_not_named_after_another_dataset(call, bars, new_estimate, tmp_path):
    of_digits = {"name": "digits"}
    obtain = ["obtain_cscores", "--cscores", json.dumps(OBTAIN | {"dataset": of_digits}), "--cache", "cache"]
    estimate = ["estimate_cscores", "--estimate", json.dumps(new_estimate(dataset=of_digits)), "--state", "state"]
    for command in (obtain, estimate):
        status, said = call(*command, "--dataset", bars, *outputs(tmp_path))
        assert status == 1
        assert said == f"error: dataset: name: found 'digits', expected 'bars', prepared in {bars}\n"
    assert list(tmp_path.iterdir()) == []


def test_results_are_not_named_after_another_dataset(call, bars, tmp_path):
    of_digits = {"dataset": {"name": "digits"}}
    scoring = json.dumps({**of_digits, "cscores": "abc", "subsets": {"net": "half"}})
    measurement = {**of_digits, "runs": ["net"], "classes": ["a", "b"], "shares": [0.5], "pairs": 1, "seed": 0}
    write_cscores(tmp_path / "cscores.npz", CScores(np.full(24, 0.5), np.array(load_dataset(bars)[0].labels)))
    score = ["score_misclassified", "--scoring", scoring, "--subsets", "subsets", "--cscores", "cscores.npz"]
    measure = ["measure_mixed_outputs", "--measurement", json.dumps(measurement), "--subsets", "subsets"]
    for command in (score, measure):
        status, said = call(*command, "--runs", "runs", "--dataset", bars, "--output", "found.json")
        assert status == 1
        assert said == f"error: dataset: name: found 'digits', expected 'bars', prepared in {bars}\n"
    assert not (tmp_path / "found.json").exists()


def test_scores_that_are_nowhere_are_one_line(call, bars, tmp_path):
    what = ["--cscores", json.dumps(OBTAIN), "--dataset", bars, "--cache", "cache"]
    status, said = call("obtain_cscores", *what, *outputs(tmp_path))
    assert status == 1
    assert said == "error: --source: missing, expected the file of the C-scores where none are published\n"


def test_published_scores_are_fetched_with_their_checksum(call, bars, tmp_path, monkeypatch):
    monkeypatch.setattr("mixsuite.data.download.time.sleep", lambda seconds: None)
    labels = np.array(load_dataset(bars)[0].labels)
    write_cscores(tmp_path / "there.npz", CScores(np.full(24, 0.5), labels))
    url = (tmp_path / "there.npz").as_uri()
    for md5, status in ((md5_of(tmp_path / "there.npz"), 0), ("0" * 32, 1)):
        published = {"dataset": {"name": "bars"}, "published": {"url": url, "md5": md5}}
        what = ["--cscores", json.dumps(published), "--dataset", bars, "--cache", tmp_path / f"cache{status}"]
        found, said = call("obtain_cscores", *what, *outputs(tmp_path))
        assert found == status
    assert "what arrived has md5" in said.splitlines()[-1]


def test_the_rest_is_scored(call, bars, trained, new_estimate, tmp_path):
    model, sha256 = trained
    write_run(tmp_path, new_estimate, model, sha256)
    scoring = {"dataset": {"name": "bars"}, "cscores": "abc", "subsets": {"net": "half"}}
    folders = ["--runs", "runs", "--subsets", "subsets", "--dataset", bars, "--cscores", "cscores.npz"]
    command = ["score_misclassified", "--scoring", json.dumps(scoring), *folders, "--output", "found.json"]
    status, said = call(*command, "--device", "cpu")
    assert status == 0, said
    found = json.loads((tmp_path / "found.json").read_text())
    network = found["networks"]["net"]
    assert found["specification"] == scoring
    assert network["rest"]["n"] == 12
    assert network["rest"]["mean"] == pytest.approx(np.linspace(0, 1, 24)[12:].mean())
    assert min(network["scores"]) > 0.5, "the first half trained"
    assert network["accuracy"] == pytest.approx(100 * (1 - network["misclassified"]["n"] / 12))
    # A network that was trained on all images has held out none.
    write_run(tmp_path, new_estimate, model, load_dataset(bars)[2])
    status, said = call(*command, "--device", "cpu")
    assert status == 1
    assert "runs/net: was trained on the dataset with sha256" in said.splitlines()[-1]


def test_networks_are_not_scored_by_scores_of_another_order(call, bars, trained, new_estimate, tmp_path):
    model, sha256 = trained
    write_run(tmp_path, new_estimate, model, sha256)
    labels = np.sort(load_dataset(bars)[0].labels)
    write_cscores(tmp_path / "cscores.npz", CScores(np.linspace(0, 1, 24), labels))
    scoring = {"dataset": {"name": "bars"}, "cscores": "abc", "subsets": {"net": "half"}}
    folders = ["--runs", "runs", "--subsets", "subsets", "--dataset", bars, "--cscores", "cscores.npz"]
    what = ["--scoring", json.dumps(scoring), *folders, "--output", "found.json", "--device", "cpu"]
    status, said = call("score_misclassified", *what)
    assert status == 1
    assert said.startswith("error: cscores.npz: the labels differ from the training images' in 16 of 24 places")
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "found.json").exists()


@pytest.mark.parametrize(
    "program", ["estimate_cscores", "obtain_cscores", "score_misclassified", "measure_mixed_outputs"]
)
def test_help_does_not_wait_for_torch(start, program):
    ended = start(program, "--help", python=("-X", "importtime"))
    assert ended.returncode == 0, ended.stderr
    assert "--dataset" in ended.stdout
    assert "torch" not in {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
