"""The tables that are made of evaluations, from end to end, on made-up ones."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pandas as pd
import pytest

from mixsuite.catalog.runs import identity

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
FGSM = {"method": "fgsm", "epsilon": 8, "space": "pixels"}
ROWS = {
    "tabulate_robustness": ("white_box_fgsm/vanilla", "robust_accuracy"),
    "tabulate_detection": ("vanilla", "aupr"),
}
# Per seed: attacked and clean accuracy; AUPR, chance level, AUROC and FPR.
MEASURED = {"tabulate_robustness": 2, "tabulate_detection": 4}


@pytest.fixture
def main():
    """Load the `main` of a step program."""

    def load(name):
        spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.main

    return load


@pytest.fixture
def artefact(describe, tmp_path):
    """Write three evaluations; return the arguments that tell a program of them, by the program's name."""

    def make(name):
        row_id, metric = ROWS[name]
        named = []
        for seed in range(3):
            specification = {"run": f"run{seed}", "white_box": {"white_box_fgsm": FGSM}, "class_mask": "masked"}
            content = {
                "specification": specification,
                "accuracy": {"clean": {"accuracy": 95.0 + seed}, "white_box_fgsm": {"accuracy": 40.0 + seed}},
                "detection": {"aupr": 17.0 + seed, "auroc": 50.0, "fpr95": 90.0, "base_rate": 16.7}
                | {"n_unknown": 2, "n_known": 10},
                "sets": {"unknown": {"source": "patches"}},
                "device": "cpu",
                "provenance": {"libraries": {"torch": "2.0"}},
            }
            named.append({"seed": seed, "identity": identity(specification)})
            (tmp_path / "evaluations").mkdir(exist_ok=True)
            (tmp_path / "evaluations" / f"{named[-1]['identity']}.json").write_text(json.dumps(content))
        row = {"id": row_id, "label": "V", "block": "B", "printed": {metric: {"text": "16.96"}}}
        row["measured"] = {"evaluation": named}
        row["runs"] = [{"seed": seed, "identity": f"run{seed}"} for seed in range(3)]
        return ["--artefact", json.dumps(describe([row])), "--runs", str(tmp_path / "evaluations")]

    return make


def outputs(folder):
    return {form: folder / f"a.{form}" for form in ("html", "md", "tex", "csv")} | {"measurements": folder / "m.csv"}


def arguments(folder):
    return [part for form, path in outputs(folder).items() for part in (f"--output-{form}", str(path))]


@pytest.mark.parametrize("name", ROWS)
def test_equal_inputs_give_equal_bytes(main, artefact, tmp_path, name):
    for folder in ("first", "second"):
        assert main(name)([*artefact(name), *arguments(tmp_path / folder)]) == 0
    first, second = outputs(tmp_path / "first"), outputs(tmp_path / "second")
    assert {form: path.read_bytes() for form, path in first.items()} == {
        form: path.read_bytes() for form, path in second.items()
    }
    measurements = pd.read_csv(first["measurements"])
    assert len(measurements) == 3 * MEASURED[name]
    row_id, metric = ROWS[name]
    line = pd.read_csv(first["csv"]).set_index(["row", "metric"]).loc[(row_id, metric)]
    assert line["seeds"] == 3
    assert line["rebuilt_mean"] == {"robust_accuracy": 41.0, "aupr": 18.0}[metric]
    assert "16.96" in first["md"].read_text()


@pytest.mark.parametrize("name", ROWS)
def test_a_missing_evaluation_is_one_message(main, artefact, tmp_path, capsys, name):
    what = artefact(name)
    lost = sorted((tmp_path / "evaluations").iterdir())[0]
    lost.unlink()
    assert main(name)([*what, *arguments(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"error: {lost}: missing, expected the result of a run\n"
    assert not (tmp_path / "out").exists()
