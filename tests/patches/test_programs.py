"""The two programs of this room, run as a person would."""

import csv
import json

import pytest

import sweep_patches
import train_patches
from mixsuite.provenance import import_closure


@pytest.fixture
def train(tmp_path, mapping, capfd):
    """Run train_patches with changes to its run; return its status, messages and the folder of its outputs."""

    def run(text=None, device="cpu", **changes):
        specification = {"setting": mapping(), "method": "cutmix", "seed": 0} | changes
        status = train_patches.main(
            [
                *("--run", json.dumps(specification) if text is None else text, "--code", "abc", "--device", device),
                *("--output-trajectory", str(tmp_path / "trajectory.csv"), "--output-run", str(tmp_path / "run.json")),
            ]
        )
        return status, capfd.readouterr(), tmp_path

    return run


def test_training_writes_trajectory_and_run(train, mapping):
    status, said, folder = train()
    assert status == 0
    assert "cutmix, seed 0: 20 of 20, loss" in said.err
    run = json.loads((folder / "run.json").read_text())
    assert run["specification"] == {"setting": mapping(), "method": "cutmix", "seed": 0}
    assert run["provenance"]["code"] == "abc"
    assert run["seconds"] > 0
    assert run["device"].startswith("cpu")
    assert run["threads"] == 1
    with (folder / "trajectory.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["step"] for row in rows} == {str(step) for step in range(21)}
    last = next(row for row in rows if row["step"] == "20" and row["metric"] == "test_accuracy")
    assert float(last["value"]) == run["test_accuracy"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "mixup"}, "error: method: found 'mixup'; expected one of cutmix, cutout, erm"),
        ({"seed": -1}, "error: seed: found -1"),
        ({"mixing": {"beta": 0, "shape": "free", "layout": None}}, "error: beta: found 0, expected a number above 0"),
        ({"mixing": {"beta": 1, "shape": "box", "layout": [2, 2]}}, "error: layout: found 2 x 2, expected 3 patches"),
        ({"text": "{"}, "error: --run: not JSON"),
        ({"text": "3"}, "error: run: found 3"),
        ({"device": "tpu"}, "error: device: found 'tpu' (did you mean 'cpu'?); expected one of auto, cpu, cuda"),
    ],
)
def test_a_mistake_is_one_message_and_no_output(train, changes, message):
    status, said, folder = train(**changes)
    assert status == 1
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert not list(folder.iterdir())


def test_a_diverged_run_names_its_step_and_writes_nothing(train, mapping):
    status, said, folder = train(setting=mapping(learning_rate=1e6))
    assert status == 1
    assert said.err.splitlines()[-1].startswith("error: descent diverged by step 1 at learning rate 1000000")
    assert not list(folder.iterdir())


def test_a_sweep_writes_its_table(tmp_path, mapping, capfd):
    output = tmp_path / "sweep.csv"
    sweep = {"base": mapping(), "sigma_d": [0.1, 0.2], "sigma_ratio": 0.6, "seeds": 1}
    arguments = ["--output", str(output), "--output-run", str(tmp_path / "sweep.json")]
    arguments += ["--device", "cpu", "--code", "abc"]
    assert sweep_patches.main(["--sweep", json.dumps(sweep), "--method", "erm", *arguments]) == 0
    with output.open() as file:
        assert [(row["sigma_d"], row["feature"]) for row in csv.DictReader(file)] == [
            (sigma, str(k)) for sigma in ("0.1", "0.2") for k in (1, 2, 3)
        ]
    run = json.loads((tmp_path / "sweep.json").read_text())
    assert run["specification"] == {"sweep": sweep, "method": "erm"}
    assert run["provenance"]["code"] == "abc"
    assert run["device"].startswith("cpu")
    assert (run["threads"], run["seconds"] > 0) == (1, True)
    output.unlink()
    (tmp_path / "sweep.json").unlink()
    capfd.readouterr()
    assert sweep_patches.main(["--sweep", json.dumps(sweep), "--method", "sgd", *arguments]) == 1
    assert capfd.readouterr().err == "error: method: found 'sgd'; expected one of cutmix, cutout, erm\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("program", ["train_patches", "sweep_patches"])
def test_the_programs_need_no_configuration(program, root):
    modules = import_closure(root / "workflow" / "scripts" / f"{program}.py")
    rooms = {name.split(".")[1] for name in modules if "." in name}
    shared = {"files", "checks", "provenance", "records", "gpus", "device", "program", "progress", "randomness"}
    assert rooms <= shared | {"patches"}
    assert "patches" in rooms


def test_a_methods_code_is_no_part_of_anothers_provenance(root):
    modules = import_closure(root / "workflow" / "scripts" / "train_patches.py")
    assert not {f"mixsuite.patches.{method}" for method in ("erm", "cutout", "cutmix")} & set(modules)
