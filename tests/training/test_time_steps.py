"""The program workflow/scripts/time_steps.py, run as a rule runs it."""

import json
import runpy
import subprocess
import sys

import pytest
import torch

from mixsuite.data.arrays import load_dataset

RECIPES = {
    "dmixup": {"method": "dmixup", "images": 3, "alpha": 1.0, "probability": 1.0},
    "vanilla": {"method": "vanilla"},
}


@pytest.fixture
def arguments(new_run, prepared, tmp_path):
    """Make the program's arguments from recipes and further arguments."""

    def make(recipes, *more):
        run = new_run()
        timing = {**{part: run[part] for part in ("dataset", "model", "schedule")}, "recipes": recipes}
        where = ["--dataset", prepared, "--output", tmp_path / "timing.json", "--device", "cpu"]
        return [str(part) for part in ("--timing", json.dumps(timing), *where, *more)]

    return make


def test_a_timing_is_written(root, arguments, prepared, tmp_path):
    _, _, sha256 = load_dataset(prepared)
    effort = ["--repetitions", "3", "--turns", "2", "--steps", "2"]
    command = [sys.executable, root / "workflow" / "scripts" / "time_steps.py"]
    command += arguments(RECIPES, *effort, "--code", "abc", "--dataset-sha256", sha256)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    found = json.loads((tmp_path / "timing.json").read_text())
    assert found["specification"]["recipes"] == RECIPES
    assert [list(each) for each in found["repetitions"]] == [["dmixup", "vanilla"]] * 3
    assert found["relative"]["vanilla"] == [1, 1, 1]
    assert found["relative"]["dmixup"] == [each["dmixup"] / each["vanilla"] for each in found["repetitions"]]
    assert (found["turns"], found["steps"], found["threads"], found["compiled"]) == (2, 2, 1, False)
    assert found["device"].startswith("cpu")
    assert (found["provenance"]["code"], found["dataset"]["sha256"]) == ("abc", sha256)
    assert "repetition 3 of 3" in ended.stderr


@pytest.fixture
def main(root):
    """The program, called from here: starting it takes seconds."""
    return runpy.run_path(str(root / "workflow" / "scripts" / "time_steps.py"))["main"]


def test_a_mistake_is_one_message(main, arguments, tmp_path, capsys):
    assert main(arguments({"dmixup": RECIPES["dmixup"]})) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: recipes: found")
    assert message.count("\n") == 1
    assert not (tmp_path / "timing.json").exists()


def test_every_network_is_translated_where_asked_for(main, arguments, tmp_path, monkeypatch):
    translated = []
    monkeypatch.setattr(torch, "compile", lambda network: translated.append(network) or network)
    effort = ["--repetitions", "1", "--turns", "1", "--steps", "1"]
    assert main(arguments(RECIPES, *effort, "--compile")) == 0
    assert len({id(network) for network in translated}) == len(RECIPES)
    assert json.loads((tmp_path / "timing.json").read_text())["compiled"] is True


def test_help_does_not_wait_for_torch(root):
    program = [sys.executable, "-X", "importtime", root / "workflow" / "scripts" / "time_steps.py", "--help"]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "--repetitions" in ended.stdout
    assert "torch" not in {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
