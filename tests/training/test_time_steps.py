"""The program workflow/scripts/time_steps.py, run as a rule runs it."""

import json
import subprocess
import sys

import pytest

from mixsuite.data.arrays import load_dataset, write_split

RECIPES = {
    "dmixup": {"method": "dmixup", "images": 3, "alpha": 1.0, "probability": 1.0},
    "vanilla": {"method": "vanilla"},
}


@pytest.fixture(scope="session")
def prepared(splits, tmp_path_factory):
    """Write the small dataset in its prepared form."""
    folder = tmp_path_factory.mktemp("prepared")
    for name, split in zip(("train", "test"), splits, strict=True):
        keys = ("classes", "mean", "std", "source")
        write_split(folder / name, split.images, split.labels, {key: split.description[key] for key in keys})
    return folder


@pytest.fixture
def start(root, new_run, prepared, tmp_path):
    """Run the program on recipes, with further arguments."""

    def start(recipes, *arguments):
        run = new_run()
        timing = {**{part: run[part] for part in ("dataset", "model", "schedule")}, "recipes": recipes}
        program = [sys.executable, root / "workflow" / "scripts" / "time_steps.py", "--timing", json.dumps(timing)]
        where = ["--dataset", prepared, "--output", tmp_path / "timing.json", "--device", "cpu"]
        command = [str(part) for part in (*program, *where, *arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    return start


def test_a_timing_is_written(start, prepared, tmp_path):
    _, _, sha256 = load_dataset(prepared)
    effort = ["--repetitions", "3", "--turns", "2", "--steps", "2"]
    ended = start(RECIPES, *effort, "--code", "abc", "--dataset-sha256", sha256)
    assert ended.returncode == 0, ended.stderr
    found = json.loads((tmp_path / "timing.json").read_text())
    assert found["specification"]["recipes"] == RECIPES
    assert [list(each) for each in found["repetitions"]] == [["dmixup", "vanilla"]] * 3
    assert found["relative"]["vanilla"] == [1, 1, 1]
    assert found["relative"]["dmixup"] == [each["dmixup"] / each["vanilla"] for each in found["repetitions"]]
    assert (found["turns"], found["steps"], found["threads"]) == (2, 2, 1)
    assert found["device"].startswith("cpu")
    assert (found["provenance"]["code"], found["dataset"]["sha256"]) == ("abc", sha256)
    assert "repetition 3 of 3" in ended.stderr


def test_a_mistake_is_one_message(start, tmp_path):
    ended = start({"dmixup": RECIPES["dmixup"]})
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: recipes: found")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "timing.json").exists()


def test_help_does_not_wait_for_torch(root):
    program = [sys.executable, "-X", "importtime", root / "workflow" / "scripts" / "time_steps.py", "--help"]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "--repetitions" in ended.stdout
    assert "torch" not in {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
