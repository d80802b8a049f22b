"""The program workflow/scripts/train_classifier.py, run as a rule runs it."""

import csv
import json
import os
import random
import runpy
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from mixsuite.data.arrays import load_dataset
from mixsuite.data.registry import prepare


@pytest.fixture
def arguments(tmp_path):
    """Make the program's arguments."""

    def make(run, dataset, *more, out="out"):
        where = tmp_path / out
        outputs = ["--output-model", where / "model.safetensors", "--output-history", where / "history.csv"]
        outputs += ["--output-run", where / "run.json", "--state", where / "state", "--device", "cpu"]
        return [str(part) for part in ("--run", json.dumps(run), "--dataset", dataset, *outputs, *more)]

    return make


@pytest.fixture
def command(root, arguments):
    program = [sys.executable, str(root / "workflow" / "scripts" / "train_classifier.py")]
    return lambda *given, **how: [*program, *arguments(*given, **how)]


@pytest.fixture
def start(command):
    return lambda *given, **how: subprocess.run(command(*given, **how), capture_output=True, text=True, timeout=120)


@pytest.fixture
def main(root):
    """The program, called from here: starting it takes seconds."""
    return runpy.run_path(str(root / "workflow" / "scripts" / "train_classifier.py"))["main"]


def test_help_does_not_wait_for_torch(root):
    script = root / "workflow" / "scripts" / "train_classifier.py"
    program = [sys.executable, "-X", "importtime", script, "--help"]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "--dataset-sha256" in ended.stdout
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "mixsuite.program" in imported
    assert "torch" not in imported


def test_a_training_writes_its_outputs_and_imports_only_what_it_needs(command, prepared, new_run, tmp_path):
    _, _, sha256 = load_dataset(prepared)
    python, *arguments = command(new_run(epochs=3), prepared, "--dataset-sha256", sha256, "--code", "abc")
    program = [python, "-X", "importtime", *arguments]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    # Each takes a second or more, which thousands of short trainings would pay.
    slow = {"torch._dynamo", "torch._inductor", "torchvision", "pandas", "sklearn", "PIL", "matplotlib"}
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "torch" in imported
    assert not slow & imported
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["specification"] == new_run(epochs=3)
    assert run["dataset"]["sha256"] == sha256
    assert run["provenance"]["code"] == "abc"
    with (tmp_path / "out" / "history.csv").open() as file:
        history = list(csv.DictReader(file))
    assert [row["epoch"] for row in history] == ["1", "2", "3"]
    assert float(history[-1]["top1_error"]) == run["last"]["top1_error"]
    assert sorted(path.name for path in (tmp_path / "out" / "state").iterdir()) == ["progress.json"]
    assert json.loads((tmp_path / "out" / "state" / "progress.json").read_text())["status"] == "done"
    assert "epoch 3 of 3" in ended.stderr


def test_a_diverging_training_is_one_message(main, arguments, prepared, new_run, tmp_path, capsys):
    assert main(arguments(new_run(learning_rate=1e38, recipe={"method": "vanilla"}), prepared)) == 1
    *_, last = capsys.readouterr().err.splitlines()
    assert last.startswith("error: the ")
    assert "epoch" in last
    assert not (tmp_path / "out" / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("changes", "more", "message"),
    [
        ({"epochs": -1}, (), "error: schedule: epochs: found -1, expected a whole number of at least 1"),
        ({}, ("--dataset-sha256", "0123"), "expected 0123: it was prepared differently"),
    ],
)
def test_a_mistake_is_one_line(main, arguments, prepared, new_run, tmp_path, capsys, changes, more, message):
    assert main(arguments(new_run(**changes), prepared, *more)) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert message in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("argument", "message"), [("@nowhere.json", "No such file or directory: 'nowhere.json'"), ("{", "--run: not JSON")]
)
def test_a_run_that_cannot_be_read_is_one_line(main, arguments, prepared, capsys, argument, message):
    assert main(arguments({}, prepared, "--run", argument)) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert message in said
    assert said.count("\n") == 1


def launched(command):
    """Return the command that starts two processes of `command`."""
    python, *program = command
    # The two dashes keep the launcher from taking --run for an abbreviation of its own --run-path.
    return [python, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--", *program]


@pytest.fixture
def start_two(command):
    return lambda *given, **how: subprocess.run(
        launched(command(*given, **how)), capture_output=True, text=True, timeout=120
    )


@pytest.mark.slow
def test_two_processes_write_what_one_writes(start, start_two, prepared, new_run, tmp_path):
    run = new_run(epochs=2, learning_rate=0.02)
    assert start(run, prepared, out="one").returncode == 0
    ended = start_two(run, prepared, out="two")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("epoch 2 of 2") == 1
    one, two = (json.loads((tmp_path / out / "run.json").read_text()) for out in ("one", "two"))
    assert (one["processes"], two["processes"]) == (1, 2)
    for part in ("best", "last"):
        assert two[part] == pytest.approx(one[part], abs=1e-5, rel=1e-5)
    one, two = (load_file(tmp_path / out / "model.safetensors") for out in ("one", "two"))
    torch.testing.assert_close(two, one, rtol=1e-5, atol=1e-5)
    assert [path.name for path in (tmp_path / "two" / "state").iterdir()] == ["progress.json"]


@pytest.mark.slow
def test_a_lost_process_ends_the_other_and_one_alone_goes_on(command, start, prepared, new_run, tmp_path):
    run, state = new_run(epochs=100, learning_rate=0.02), tmp_path / "out" / "state"
    with subprocess.Popen(launched(command(run, prepared)), stderr=subprocess.PIPE, text=True) as launcher:
        while launcher.poll() is None and len(finished_epochs(state)) < 2:
            time.sleep(0.05)
        found = subprocess.run(["pgrep", "-P", str(launcher.pid)], capture_output=True, text=True, check=True)
        processes = [int(pid) for pid in found.stdout.split()]
        assert len(processes) == 2
        os.kill(processes[1], signal.SIGKILL)
        launcher.communicate(timeout=60)
        assert launcher.returncode == 1
    assert subprocess.run(["ps", "-p", str(processes[0])], stdout=subprocess.DEVNULL, check=False).returncode == 1
    done = len(finished_epochs(state))
    assert done >= 2
    ended = start(run, prepared)
    assert ended.returncode == 0
    assert f"going on after epoch {done} of 100" in ended.stderr


@pytest.mark.slow
def test_a_mistake_ends_all_processes_with_its_message(start_two, prepared, new_run, tmp_path):
    ended = start_two(new_run(batch_size=71), prepared)
    assert ended.returncode == 1
    assert "error: schedule: batch_size: found 71, with which a batch of the 72 images has 1 for 2" in ended.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_translated_network_learns_the_same(start, prepared, new_run, tmp_path):
    run = new_run(epochs=2, learning_rate=0.02)
    for out, options in (("plain", ()), ("compiled", ("--compile",))):
        ended = start(run, prepared, *options, out=out)
        assert ended.returncode == 0, ended.stderr
    plain, compiled = (json.loads((tmp_path / out / "run.json").read_text()) for out in ("plain", "compiled"))
    assert (plain["compiled"], compiled["compiled"]) == (False, True)
    assert compiled["last"] == pytest.approx(plain["last"], abs=1e-4, rel=1e-4)
    plain, compiled = (load_file(tmp_path / out / "model.safetensors") for out in ("plain", "compiled"))
    torch.testing.assert_close(compiled, plain, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_kills_at_random_moments_change_no_bit_and_repeat_no_epoch(command, start, new_run, tmp_path):
    """On the digits, with the demo network; a life ends before, at or some time after its first finished epoch."""
    digits = tmp_path / "digits"
    prepare({"kind": "digits", "name": "digits"}, None, digits, tmp_path)
    run = new_run(epochs=24, padding=1, flip=False)
    assert start(run, digits, out="whole").returncode == 0
    whole, killed = (tmp_path / out / "model.safetensors" for out in ("whole", "killed"))
    seconds = json.loads(whole.with_name("run.json").read_text())["seconds"]
    state, rng, epochs_after_kills = tmp_path / "killed" / "state", random.Random(0), []
    while True:
        earlier = finished_epochs(state)
        with subprocess.Popen(command(run, digits, out="killed"), stderr=subprocess.PIPE, text=True) as life:
            while life.poll() is None and len(finished_epochs(state)) == len(earlier) and rng.random() > 0.0003:
                time.sleep(0.005)
            time.sleep(rng.uniform(0, seconds / 2))
            life.kill()
            said = life.stderr.read()
        assert "Traceback" not in said
        assert "starting over" not in said
        if killed.exists():
            break
        # Seconds are measured: where they are equal, the epoch is the same one and was not repeated.
        assert finished_epochs(state)[: len(earlier)] == earlier
        epochs_after_kills.append(len(finished_epochs(state)))
    assert len(epochs_after_kills) >= 2
    assert whole.read_bytes() == killed.read_bytes()


def finished_epochs(state):
    checkpoint = state / "checkpoint.safetensors"
    if not checkpoint.exists():
        return []
    with safe_open(checkpoint, framework="pt") as file:
        return json.loads(file.metadata()["record"])["history"]
