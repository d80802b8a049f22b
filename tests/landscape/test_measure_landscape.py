"""The program workflow/scripts/measure_landscape.py, run as a rule runs it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mixsuite.data.arrays import load_dataset, write_split
from mixsuite.models.registry import build_model

SCHEDULE = {
    "epochs": 1,
    "batch_size": 16,
    "learning_rate": 0.1,
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 0.0001,
    "milestones": [],
    "decay": 0.1,
    "annealing": "steps",
    "gradient_norm": None,
    "warmup_epochs": 0,
    "padding": 0,
    "flip": False,
    "normalisation": "dataset",
    "loss": "cross_entropy",
    "precision": "float32",
    "resized_crop": None,
    "colour_jitter": 0,
    "lighting": 0,
}
MODEL = {"family": "demo_cnn", "width": 4, "blocks": 1}
LAST = {"epoch": 1, "top1_error": 12.5}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """40 images to train and 30 to test on, prepared; with its sha256."""
    folder = tmp_path_factory.mktemp("dataset")
    rng = np.random.default_rng(0)
    for name, count in (("train", 40), ("test", 30)):
        images = rng.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
        statistics = {"mean": [0.5], "std": [0.25], "classes": list("abc"), "source": "made up"}
        write_split(folder / name, images, np.arange(count) % 3, statistics)
    return folder, load_dataset(folder)[2]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory, dataset):
    """What a training leaves."""
    folder = tmp_path_factory.mktemp("run")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build_model(MODEL, n_classes=3, in_channels=1, image_size=8)
    save_file(model.state_dict(), folder / "model.safetensors")
    parts = {"dataset": {"name": "made up"}, "model": MODEL, "recipe": {"method": "vanilla"}, "schedule": SCHEDULE}
    content = {"specification": {**parts, "seed": 0}, "last": LAST, "dataset": {"sha256": dataset[1]}}
    (folder / "run.json").write_text(json.dumps({"provenance": {}, **content}))
    return folder


@pytest.fixture
def start(root, dataset, run_folder, tmp_path):
    def start(landscape, *arguments, python=()):
        program = [sys.executable, *python, root / "workflow" / "scripts" / "measure_landscape.py"]
        what = ["--landscape", json.dumps(landscape), "--run-folder", run_folder, "--dataset", dataset[0]]
        command = [*program, *what, "--output", tmp_path / "landscape.json", "--device", "cpu", *arguments]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)

    return start


def test_a_landscape_is_written_and_only_what_it_needs_imported(start, dataset, new_landscape, tmp_path):
    landscape = new_landscape()
    ended = start(landscape, "--code", "abc", "--dataset-sha256", dataset[1], python=("-X", "importtime"))
    assert ended.returncode == 0, ended.stderr
    found = json.loads((tmp_path / "landscape.json").read_text())
    assert found["specification"] == landscape
    assert (found["last"], found["run"]["model"]) == (LAST, MODEL)
    assert (found["provenance"]["code"], found["dataset"]["sha256"]) == ("abc", dataset[1])
    assert np.shape(found["surface"]["loss"]) == (3, 3)
    assert "part 4 of 4, gaussian noise" in ended.stderr
    # Each takes a second or more; PyHessian is imported by the engine of that name alone.
    slow = {"torch._dynamo", "torch._inductor", "torchvision", "pandas", "matplotlib", "pyhessian"}
    assert not slow & {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}


@pytest.mark.parametrize(
    ("changes", "arguments", "message"),
    [
        ({"surface__points": 4}, (), "error: surface: points: found 4, expected an odd number"),
        ({"hessian__images": 31}, (), "error: hessian: images: found 31, expected at most the 30"),
        ({}, ("--run-folder", "nowhere"), "error: nowhere/run.json: missing, expected the result of a run"),
    ],
)
def test_a_mistake_is_one_line(start, new_landscape, tmp_path, changes, arguments, message):
    ended = start(new_landscape(**changes), *arguments)
    assert ended.returncode == 1
    *_, last = ended.stderr.splitlines()
    assert last.startswith(message)
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "landscape.json").exists()


def test_help_does_not_wait_for_torch(root):
    program = [sys.executable, "-X", "importtime", root / "workflow" / "scripts" / "measure_landscape.py", "--help"]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "--run-folder" in ended.stdout
    assert "torch" not in {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
