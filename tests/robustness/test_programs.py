"""The three programs of the room, run as rules run them."""

import json
import shutil
import subprocess
import sys

import pytest

FGSM = {"method": "fgsm", "epsilon": 8, "space": "pixels"}
PGD = {"method": "pgd", "epsilon": 8, "step_size": 2, "steps": 5, "start": "random", "space": "pixels"}
EVALUATION = {
    "run": "abc",
    "white_box": {"white_box_fgsm": FGSM},
    "adversarial_sets": {"gray_box_pgd": "set1"},
    "shifted_sets": {"imagenet_a": {"kind": "rotated_noisy", "angle": 20, "noise": 0.1, "seed": 0}},
    "unknown_set": {"kind": "photograph_patches", "one_per": 5, "seed": 0},
    "class_mask": "masked",
    "seed": 0,
}


@pytest.fixture(scope="module")
def start(root):
    def run(name, *arguments):
        program = [sys.executable, root / "workflow" / "scripts" / f"{name}.py", *arguments]
        return subprocess.run([str(part) for part in program], capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture(scope="module")
def sets(start, dataset, run_folder, tmp_path_factory):
    """Make an adversarial set and both stand-ins."""
    folder, base = tmp_path_factory.mktemp("sets"), ("--dataset", dataset)
    specification = json.dumps({"run": "abc", "attack": PGD, "seed": 0})
    how = ("--run-folder", run_folder, "--device", "cpu", "--output", folder / "gray")
    ended = [start("make_adversarial", "--adversarial-set", specification, *base, *how)]
    for name, settings in (
        ("shifted", EVALUATION["shifted_sets"]["imagenet_a"]),
        ("unknown", EVALUATION["unknown_set"]),
    ):
        ended.append(start("make_stand_in_set", "--set", json.dumps(settings), *base, "--output", folder / name))
    for each in ended:
        assert each.returncode == 0, each.stderr
    return folder


def _evaluation(evaluation, dataset, run_folder, sets, output):
    given = ["--adversarial-set", f"gray_box_pgd={sets / 'gray'}", "--shifted-set", f"imagenet_a={sets / 'shifted'}"]
    given += ["--unknown-set", sets / "unknown", "--run-folder", run_folder, "--dataset", dataset, "--device", "cpu"]
    return ["evaluate_robustness", "--evaluation", json.dumps(evaluation), *given, "--output", output]


def test_an_evaluation_is_one_file(start, dataset, splits, run_folder, sets, tmp_path):
    command = _evaluation(EVALUATION, dataset, run_folder, sets, tmp_path / "e.json")
    told = tmp_path / "progress.json"
    ended = start(*command, "--dataset-sha256", splits[2], "--code", "c0de", "--progress", told)
    assert ended.returncode == 0, ended.stderr
    assert (json.loads(told.read_text())["status"], json.loads(told.read_text())["total"]) == ("done", 5)
    content = json.loads((tmp_path / "e.json").read_text())
    assert content["specification"] == EVALUATION
    assert content["trained"]["model"]["family"] == "demo_cnn"
    assert list(content["accuracy"]) == ["clean", "white_box_fgsm", "gray_box_pgd", "imagenet_a"]
    assert content["accuracy"]["gray_box_pgd"]["accuracy"] < content["accuracy"]["clean"]["accuracy"]
    assert (content["detection"]["n_unknown"], content["detection"]["n_known"]) == (60, 300)
    assert content["dataset"]["sha256"] == splits[2]
    assert content["provenance"]["code"] == "c0de"
    # The attack is the substitute's own: it sees what its record says.
    record = json.loads((sets / "gray" / "dataset.json").read_text())
    assert content["accuracy"]["gray_box_pgd"]["accuracy"] == record["substitute_accuracy"]["after"]
    assert content["sets"]["gray_box_pgd"]["sha256"] == record["sha256"]


def test_a_set_that_was_replaced_is_refused(start, dataset, run_folder, sets, tmp_path):
    command = _evaluation(EVALUATION, dataset, run_folder, sets, tmp_path / "e.json")
    ended = start(*command, "--set-sha256", "unknown=0123")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"error: {sets / 'unknown'}: has sha256 ")
    assert line.endswith("expected 0123: it was replaced; start Snakemake again")
    assert not (tmp_path / "e.json").exists()


def test_a_missing_folder_is_one_message(start, dataset, run_folder, sets, tmp_path):
    command = _evaluation(EVALUATION, dataset, run_folder, sets, tmp_path / "e.json")
    command[command.index(sets / "unknown")] = sets / "imagenet-o"
    ended = start(*command)
    assert ended.returncode == 1
    assert ended.stderr == f"error: {sets / 'imagenet-o'}: no such folder, expected images.npy or a folder per class\n"
    assert not (tmp_path / "e.json").exists()


def test_another_dataset_than_the_networks_is_one_message(start, dataset, run_folder, sets, tmp_path):
    run = json.loads((run_folder / "run.json").read_text())
    run["dataset"]["sha256"] = "0" * 64
    # As one of an older version, which keeps no checksum.
    del run["checksum"]
    shutil.copytree(run_folder, tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(json.dumps(run))
    ended = start(*_evaluation(EVALUATION, dataset, tmp_path / "run", sets, tmp_path / "e.json"))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: {tmp_path / 'run'}: was trained on the dataset with sha256 000")
    assert len(ended.stderr.splitlines()) == 1


def test_a_folder_without_a_name_is_a_wrong_use(start, dataset, run_folder, sets, tmp_path):
    command = _evaluation(EVALUATION, dataset, run_folder, sets, tmp_path / "e.json")
    command[command.index(f"gray_box_pgd={sets / 'gray'}")] = sets / "gray"
    ended = start(*command)
    assert ended.returncode == 2
    assert "expected a name, = and what belongs to it" in ended.stderr


@pytest.mark.parametrize("name", ["make_adversarial", "make_stand_in_set", "evaluate_robustness"])
def test_help_does_not_wait_for_torch(root, name):
    program = [sys.executable, "-X", "importtime", root / "workflow" / "scripts" / f"{name}.py", "--help"]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "mixsuite.program" in imported
    assert not {"torch", "numpy"} & imported
