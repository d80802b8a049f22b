"""The step programs from end to end, on made-up runs."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from mixsuite.patches.sweep import COLUMNS

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
METHODS = ("erm", "cutout", "cutmix")
CLASSIFIERS = ("tabulate_classification", "tabulate_error_and_time", "tabulate_selection", "tabulate_sensitivity")
TABLES = (*CLASSIFIERS, "tabulate_theorems", "tabulate_summary", "tabulate_mixings")
DERIVED = {"tabulate_selection": "best_of", "tabulate_sensitivity": "deviation_of"}
FIGURES = ("plot_feature_outputs", "plot_phase", "plot_bridge")
PROGRAMS = (*TABLES, *FIGURES, "write_scorecard")


@pytest.fixture
def program() -> Callable[[str], Callable[[list[str]], int]]:
    """Load the `main` of a step program."""

    def load(name: str) -> Callable[[list[str]], int]:
        spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.main

    return load


@pytest.fixture
def artefact(describe, patch_rows, bridge_runs, classifier_runs, write_timing, tmp_path) -> Callable[[str], list[str]]:
    """Make what a program reads; return its arguments for that."""

    def make(name: str) -> list[str]:
        more = []
        if name in CLASSIFIERS:
            rows = [{"id": "a", "label": "A", "printed": {"top1_error": {"text": "20.0"}}}]
            rows[0]["runs"] = classifier_runs("a", [20.0, 19.8, 20.1])
            if name == "tabulate_error_and_time":
                timing = write_timing({"vanilla": [2.0, 2.0], "mixup": [2.2, 2.3]})
                rows[0] |= {"recipe": "mixup", "measured": {"timing": [{"seed": 0, "identity": timing}]}}
                more = ["--timings", str(tmp_path / "timings")]
            if name in DERIVED:
                rows.append({"id": "b", "label": "B", "runs": classifier_runs("b", [20.5, 20.6, 20.7])})
                rows.append({"id": "both", "label": "Both", DERIVED[name]: ["a", "b"]})
        elif name == "plot_bridge":
            rows = [{"id": f"patch/{method}"} for method in METHODS]
            rows += [{"id": f"cnn/{method}", "runs": [run]} for method, run in zip(METHODS, bridge_runs(), strict=True)]
            more = ["--bridges", str(tmp_path / "bridges")]
        else:
            rows = [] if name == "plot_phase" else patch_rows(by_rarity=name != "tabulate_theorems")
        folder = tmp_path / "patches" / "sweeps" / "artefact"
        folder.mkdir(parents=True, exist_ok=True)
        for method in METHODS:
            pd.DataFrame(sweep_lines(method), columns=COLUMNS).to_csv(folder / f"{method}.csv", index=False)
        runs = tmp_path / ("runs" if name in CLASSIFIERS else "patches")
        return ["--artefact", json.dumps(describe(rows, name="artefact")), "--runs", str(runs), *more]

    return make


def sweep_lines(method: str) -> list[list]:
    return [
        [
            method,
            seed,
            noise,
            noise,
            6000,
            noise,
            noise / 3,
            feature,
            "rare",
            0.1,
            5.0 * feature,
            9,
            1.0,
            0.6 * feature / 2,
            True,
        ]
        for seed in range(3)
        for noise in (10.0, 100.0)
        for feature in (1, 2, 3)
    ]


def outputs(name: str, folder: Path) -> dict[str, Path]:
    forms = ("html", "md", "tex", "csv") if name in TABLES else ("pdf", "png", "csv")
    return {form: folder / f"artefact.{form}" for form in forms} | {"measurements": folder / "measurements.csv"}


def arguments(name: str, folder: Path) -> list[str]:
    return [part for form, path in outputs(name, folder).items() for part in (f"--output-{form}", str(path))]


# Measurements: a row per method (and rarity), three seeds each; of a sweep, a row per cell.
COUNTS = {
    "tabulate_classification": 12,
    "tabulate_error_and_time": 14,
    "tabulate_selection": 30,
    "tabulate_sensitivity": 27,
    "tabulate_theorems": 36,
    "tabulate_summary": 54,
    "plot_feature_outputs": 54,
    "plot_phase": 54,
    "plot_bridge": 36,
    "tabulate_mixings": 54,
}


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_equal_inputs_give_equal_bytes(coarse, program, artefact, tmp_path, name, count):
    what, main = artefact(name), program(name)
    for folder in ("first", "second"):
        assert main([*what, *arguments(name, tmp_path / folder)]) == 0
    first, second = outputs(name, tmp_path / "first"), outputs(name, tmp_path / "second")
    assert {form: path.read_bytes() for form, path in first.items()} == {
        form: path.read_bytes() for form, path in second.items()
    }
    assert sorted(tmp_path.joinpath("first").iterdir()) == sorted(first.values())
    assert len(pd.read_csv(first["measurements"])) == count
    assert len(pd.read_csv(first["csv"])) > 0


@pytest.mark.parametrize("name", [*TABLES, *FIGURES])
def test_a_missing_run_is_one_message(program, artefact, tmp_path, capsys, name):
    what = artefact(name)
    what[3] = str(tmp_path / "nowhere")
    assert program(name)([*what, *arguments(name, tmp_path)]) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert "nowhere" in message
    assert message.count("\n") == 1
    assert not any(path.exists() for path in outputs(name, tmp_path).values())


@pytest.mark.parametrize("name", TABLES)
def test_a_table_tells_of_runs_that_were_computed_otherwise(program, artefact, tmp_path, name):
    what = artefact(name)
    files = sorted(Path(what[3]).glob("*/run.json"))
    for number, file in enumerate(files):
        content = json.loads(file.read_text())
        file.write_text(json.dumps(content | {"device": "NVIDIA X" if number else content["device"]}))
    assert program(name)([*what, *arguments(name, tmp_path)]) == 0
    told = f"torch 2.0 on NVIDIA X ({len(files) - 1} runs), torch 2.0 on cpu (x86_64) (1 run)"
    for form in ("md", "html"):
        assert told in outputs(name, tmp_path)[form].read_text()


@pytest.mark.parametrize("name", [*TABLES, "plot_feature_outputs"])
def test_the_result_of_another_run_is_one_message(program, artefact, tmp_path, capsys, name):
    what = artefact(name)
    first, second, *_ = Path(what[3]).glob("*/run.json")
    first.write_text(second.read_text())
    assert program(name)([*what, *arguments(name, tmp_path)]) == 1
    message = capsys.readouterr().err
    assert message.startswith(f"error: {first}: found the result of the run {second.parent.name}, expected that of")
    assert message.count("\n") == 1


def scorecard_arguments(folder: Path) -> list[str]:
    written = [part for form in ("md", "csv", "html") for part in (f"--output-{form}", str(folder / f"card.{form}"))]
    return ["--scale", "demo", "--scale-title", "digits", *written]


def test_scorecard_reads_manifests_and_measurements(program, artefact, tmp_path):
    name = "tabulate_classification"
    assert program(name)([*artefact(name), *arguments(name, tmp_path)]) == 0
    (tmp_path / "paper.yaml").write_text(
        "{key: some, title: T, authors: A, venue: V, artefacts: {table1: {title: T, where: Table 1, kind: table, "
        "step: tabulate_classification, rows: [{id: a, label: A, printed: {top1_error: '20.0'}}]}}}"
    )
    table = pd.read_csv(tmp_path / "measurements.csv").assign(artefact="some_table1")
    table.to_csv(tmp_path / "measurements.csv", index=False)
    read = ["--manifests", str(tmp_path / "paper.yaml"), "--measurements", str(tmp_path / "measurements.csv")]
    assert program("write_scorecard")([*read, *scorecard_arguments(tmp_path)]) == 0
    line = pd.read_csv(tmp_path / "card.csv").iloc[0]
    assert (line["verdict"], line["seeds"], line["rebuilt_mean"]) == ("reproduced", 3, pytest.approx(59.9 / 3))
    assert "reproduced" in (tmp_path / "card.md").read_text()
    assert (tmp_path / "card.html").read_text().startswith("<!DOCTYPE html>")


def test_scorecard_names_a_wrong_manifest(program, tmp_path, capsys):
    (tmp_path / "paper.yaml").write_text("{key: some, title: T, authors: A, venue: V, artefacts: {}, nonsense: 1}")
    status = program("write_scorecard")(["--manifests", str(tmp_path / "paper.yaml"), *scorecard_arguments(tmp_path)])
    assert status == 1
    assert "unknown key 'nonsense'" in capsys.readouterr().err


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_run_by_hand(name):
    found = subprocess.run(
        [sys.executable, SCRIPTS / f"{name}.py", "--help"], capture_output=True, text=True, check=True
    )
    assert "--output-csv" in found.stdout
