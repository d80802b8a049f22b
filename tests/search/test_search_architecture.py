import csv
import importlib.util
import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mixsuite.data.subset import write_subset
from mixsuite.models.genotype import read_genotype
from mixsuite.training.sources import load_splits

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


@pytest.fixture(scope="session")
def program():
    spec = importlib.util.spec_from_file_location("search_architecture", SCRIPTS / "search_architecture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


@pytest.fixture
def call(program, prepared, tmp_path):
    """Call the program on the small dataset; options may be replaced."""

    def run(search, **changes):
        options = {
            "search": json.dumps(search),
            "dataset": prepared,
            "state": tmp_path / "state",
            "output-genotype": tmp_path / "genotype.json",
            "output-history": tmp_path / "history.csv",
            "output-search": tmp_path / "search.json",
            "device": "cpu",
            **changes,
        }
        return program([part for name, value in options.items() for part in (f"--{name}", str(value))])

    return run


def test_leaves_genotype_history_and_cost(call, new_search, tmp_path):
    assert call(new_search(epochs=2)) == 0
    record = json.loads((tmp_path / "search.json").read_text())
    rows = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert read_genotype(tmp_path / "genotype.json").as_json() == record["genotype"]
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert rows[0]["architecture_loss"] == ""
    assert record["seconds"] == pytest.approx(sum(float(row["seconds"]) for row in rows))
    assert record["days"] == pytest.approx(record["seconds"] / 86400)
    assert record["device"].startswith("cpu")
    assert record["dataset"] | {"sha256": ""} == {"n_weights": 36, "n_architecture": 37, "sha256": ""}
    assert all(math.isclose(sum(row), 1, rel_tol=1e-5) for row in record["weights"]["normal"]["operations"])
    assert json.loads((tmp_path / "state" / "progress.json").read_text())["status"] == "done"
    assert not (tmp_path / "state" / "checkpoint.safetensors").exists()


def test_searches_on_a_subset(call, new_search, prepared, tmp_path):
    sha256 = load_splits(prepared)[2]
    write_subset(tmp_path / "subset", np.arange(0, 73, 2), prepared, sha256, {"t": 0.5})
    assert call(new_search(epochs=2), dataset=tmp_path / "subset") == 0
    record = json.loads((tmp_path / "search.json").read_text())
    assert record["dataset"]["n_weights"] + record["dataset"]["n_architecture"] == 37


@pytest.mark.slow
def test_a_killed_program_goes_on_and_ends_bit_for_bit_alike(prepared, new_search, tmp_path):
    def command(out):
        folder = tmp_path / out
        outputs = {"state": "state", "output-genotype": "g.json", "output-history": "h.csv", "output-search": "s.json"}
        options = {"search": json.dumps(new_search(epochs=30, warmup_epochs=2)), "dataset": prepared, "device": "cpu"}
        options |= {name: folder / file for name, file in outputs.items()}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        return [sys.executable, str(SCRIPTS / "search_architecture.py"), *arguments]

    subprocess.run(command("through"), check=True, capture_output=True, timeout=300)
    killed = subprocess.Popen(command("killed"), stderr=subprocess.PIPE, text=True)
    state = tmp_path / "killed" / "state" / "checkpoint.safetensors"
    deadline = time.monotonic() + 120
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert state.exists()
    assert not (tmp_path / "killed" / "s.json").exists()
    again = subprocess.run(command("killed"), check=True, capture_output=True, text=True, timeout=300)
    assert "going on after epoch" in again.stderr
    through, resumed = (json.loads((tmp_path / out / "s.json").read_text()) for out in ("through", "killed"))
    assert resumed["weights"] == through["weights"]
    assert resumed["genotype"] == through["genotype"]
    assert resumed["last"]["train_loss"] == through["last"]["train_loss"]


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"split": "half"}, {}, "search: split: found 'half'"),
        ({"warmup_epochs": 9}, {}, "search: warmup_epochs: found 9 of 4 epochs"),
        ({}, {"dataset-sha256": "abc"}, "expected abc: it was prepared differently"),
        ({}, {"dataset": "nowhere"}, "nowhere: no such folder"),
    ],
)
def test_a_mistake_is_told_in_one_line(call, new_search, capsys, changes, options, message):
    assert call(new_search(**changes), **options) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert error.count("\n") == 1
