"""The program workflow/scripts/fine_tune.py, run as a rule runs it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.torch import save_file

from mixsuite.catalog.runs import identity
from mixsuite.data.arrays import load_dataset, write_split
from mixsuite.records import sha256_of

SCHEDULE = {
    "epochs": 1,
    "batch_size": 16,
    "learning_rate": 0.1,
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 0.0001,
    "gradient_norm": None,
    "milestones": [],
    "decay": 0.1,
    "annealing": "steps",
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


@pytest.fixture(scope="module")
def prepare(tmp_path_factory):
    """Prepare a dataset of so many classes and channels; return its folder and sha256."""

    def make(classes, channels=1):
        folder = tmp_path_factory.mktemp("dataset")
        rng = np.random.default_rng(0)
        statistics = {"mean": [0.5] * channels, "std": [0.25] * channels, "classes": list(classes), "source": "made"}
        for name, count in (("train", 10), ("test", 8)):
            labels = np.repeat(np.arange(len(classes)), count)
            images = rng.integers(0, 256, (len(labels), 8, 8, channels), dtype=np.uint8)
            write_split(folder / name, images, labels, statistics)
        return folder, load_dataset(folder)[2]

    return make


@pytest.fixture(scope="module")
def source(prepare):
    return prepare("vwxyz")


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory, source, new_pretrained):
    """What a training on the source leaves."""
    folder, pretrained = tmp_path_factory.mktemp("run"), new_pretrained()
    save_file(pretrained.weights, folder / "model.safetensors")
    parts = {"dataset": {}, "model": pretrained.settings, "recipe": {"method": "vanilla"}, "schedule": SCHEDULE}
    content = {"specification": {**parts, "seed": 0}, "dataset": {"sha256": source[1]}, "provenance": {}}
    (folder / "run.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def new_transfer(new_transfer, run_folder):
    """Make a specification with changes of whole settings, of the network in `run_folder`."""
    run = json.loads((run_folder / "run.json").read_text())["specification"]
    return lambda **changes: new_transfer(**{"pretrained": {"training": identity(run)}, **changes})


@pytest.fixture
def options(prepare, source, run_folder, tmp_path):
    """Give the program's options for a specification and a target of so many classes and channels."""

    def give(transfer, *further, target=("abc", 1)):
        what = ["--transfer", json.dumps(transfer), "--run-folder", run_folder, "--source", source[0]]
        where = ["--dataset", prepare(*target)[0], "--state", tmp_path / "state"]
        outputs = ["--output", tmp_path / "out.json", "--output-predictions", tmp_path / "out.npz"]
        return [str(part) for part in (*what, *where, *outputs, "--device", "cpu", *further)]

    return give


@pytest.fixture(scope="module")
def program(root):
    spec = importlib.util.spec_from_file_location("fine_tune", root / "workflow" / "scripts" / "fine_tune.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_treatments_are_measured_and_only_what_they_need_imported(root, options, new_transfer, source, tmp_path):
    transfer = new_transfer()
    command = [sys.executable, "-X", "importtime", str(root / "workflow" / "scripts" / "fine_tune.py")]
    command += options(transfer, "--code", "abc", "--source-sha256", source[1])
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["specification"] == transfer
    assert set(found["treatments"]) == set(transfer["treatments"])
    assert found["files"] == {"out.npz": sha256_of(tmp_path / "out.npz")}
    expected = {f"{part}_{name}" for part in ("confidence", "correct") for name in transfer["treatments"]}
    assert set(np.load(tmp_path / "out.npz")) == expected
    assert (found["provenance"]["code"], found["source"]["sha256"]) == ("abc", source[1])
    assert [file.name for file in (tmp_path / "state").iterdir()] == ["progress.json"]
    assert json.loads((tmp_path / "state" / "progress.json").read_text())["status"] == "done"
    # Each takes a second or more.
    slow = {"torch._dynamo", "torch._inductor", "torchvision", "pandas", "matplotlib"}
    assert not slow & {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}


@pytest.mark.parametrize(
    ("changes", "arguments", "target", "message"),
    [
        ({"images_per_class": 11}, (), ("abc", 1), "error: images_per_class: found 11, expected at most 10"),
        ({}, ("--run-folder", "nowhere"), ("abc", 1), "error: nowhere/run.json: missing, expected the result of a run"),
        ({}, (), ("abc", 3), "error: target: found images of 8 x 8 pixels in 3 channels, expected 8 x 8 pixels in 1"),
        ({}, ("--dataset-sha256", "0"), ("abcd", 1), "has sha256"),
        ({"pretrained": {"training": "0"}}, (), ("abc", 1), "error: pretrained: training: found '0', expected "),
        ({"pretrained": {"weights": "0"}}, (), ("abc", 1), "error: pretrained: unknown key 'weights'"),
        ({}, (), ("vwxyz", 1), "error: target: found the dataset that the network was pretrained on, expected another"),
    ],
)
def test_a_mistake_is_one_line(program, options, new_transfer, tmp_path, capsys, changes, arguments, target, message):
    assert program.main(options(new_transfer(**changes), *arguments, target=target)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert not (tmp_path / "out.json").exists()


def test_a_training_s_folder_needs_its_dataset(program, options, new_transfer, capsys):
    given = options(new_transfer())
    place = given.index("--source")
    with pytest.raises(SystemExit):
        program.main(given[:place] + given[place + 2 :])
    assert "--run-folder needs --source, the prepared dataset of that training" in capsys.readouterr().err


def test_help_does_not_wait_for_torch(root):
    program = [sys.executable, "-X", "importtime", root / "workflow" / "scripts" / "fine_tune.py", "--help"]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "--run-folder" in ended.stdout
    assert "torch" not in {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
