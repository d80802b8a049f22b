"""What a person meets who types a command: the plan, the checks before any job, the tools' opinion."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def test_a_plain_dry_run_plans_everything_quickly_and_loads_no_torch(project, planned_jobs, monkeypatch, tmp_path):
    poison = tmp_path / "poison"
    poison.mkdir()
    for library in ("torch", "pandas", "sklearn", "matplotlib"):
        (poison / f"{library}.py").write_text("raise ImportError('the Snakefile must not load this')\n")
    monkeypatch.setenv("PYTHONPATH", str(poison))
    start = time.monotonic()
    found = project.snakemake("-n")
    seconds = time.monotonic() - start
    assert found.returncode == 0, found.stdout
    jobs = planned_jobs(found.stdout)
    assert jobs["train_patches"] == (2 * 3 + 2) * 5
    assert jobs["write_scorecard"] == 1
    assert "Using workflow specific profile profiles/default" in found.stdout
    assert seconds < 10


def test_every_artefact_is_a_target(project, planned_jobs):
    jobs = planned_jobs(project.snakemake("-n", "oh2024_theorems").stdout)
    assert jobs["tabulate_theorems"] == jobs["oh2024_theorems"] == 1
    assert "train_classifier" not in jobs


@pytest.mark.slow
def test_every_paper_is_a_target(project, planned_jobs):
    jobs = planned_jobs(project.snakemake("-n", "jeong2021").stdout)
    assert jobs["tabulate_classification"] == 2
    assert jobs["tabulate_error_and_time"] == jobs["tabulate_selection"] == jobs["tabulate_sensitivity"] == 1
    assert jobs["plot_composition"] == jobs["plot_soft_labels"] == 1
    assert jobs["time_steps"] == jobs["compose_images"] == 2
    assert "train_patches" not in jobs


@pytest.mark.slow
def test_the_comparison_on_real_images_is_a_target_if_it_is_named(project, planned_jobs):
    jobs = planned_jobs(project.snakemake("-n", "evidence", "--config", "scale=laptop", "papers=[evidence]").stdout)
    measured = ("train_classifier", "measure_fit", "measure_landscape", "evaluate_robustness")
    # 5 methods and 3 of oh2024's with 5 seeds, and with 3 seeds a scorer and its subsets: 3 sizes by 4 measures.
    assert [jobs[step] for step in measured] == [(5 + 3) * 5 + 3 * (1 + 3 * 4), 25, 15, 25]
    assert jobs["prepare_dataset"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["evidence"], "evidence: config.yaml's papers do not name evidence"),
        pytest.param(
            ["evidence_fti", "--config", "scale=laptop", "papers=[evidence]"],
            "unknown artefact 'evidence_fti' (did you mean 'evidence_fit'?)",
            marks=pytest.mark.slow,
        ),
        (["jeong2021_tabel1"], "unknown artefact 'jeong2021_tabel1' (did you mean 'jeong2021_table1'?)"),
        (["--config", "scale=dmeo"], "config.yaml: scale: found 'dmeo' (did you mean 'demo'?)"),
        pytest.param(
            ["--config", "seeds=-1"],
            "config.yaml: seeds: found -1, expected greater than or equal to 1",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["--config", "sedes=2"], "config.yaml: unknown key 'sedes' (did you mean 'seeds'?)", marks=pytest.mark.slow
        ),
        pytest.param(
            ["--config", "patches={paper: {cut_size: 2}}"],
            "cut_size: found 2, expected 1 <= C < P/2",
            marks=pytest.mark.slow,
        ),
        (
            ["--config", "seeds=1", "-n", "--config", "scale=demo"],
            "--config: found 2 times, of which Snakemake takes the last alone; expected it once",
        ),
        (["--config", "processes=4", "device=cuda"], "processes: found 4, expected at most 1, the GPUs that Snakemake"),
        pytest.param(
            ["--config", "datasets={cifar10: {source: /no/such}}"],
            "datasets.cifar10.source: found '/no/such'",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_mistake_is_one_message_before_any_job(project, arguments, said):
    found = project.snakemake(*arguments)
    assert found.returncode != 0
    assert said in found.stdout
    assert "Traceback" not in found.stdout
    assert not (project.folder / "results").exists()


def test_more_processes_than_a_user_s_gpus_are_refused_before_any_job(project, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-8a1f")
    found = project.snakemake("-n", "--resources", "gpu=2", "--config", "processes=2", "device=cuda")
    assert found.returncode != 0
    assert "processes: found 2, expected at most 1, the GPUs that CUDA_VISIBLE_DEVICES shows" in found.stdout


def test_a_broken_config_file_is_named(project):
    (project.folder / "config.yaml").write_text("scale: [demo\n")
    found = project.snakemake("-n")
    assert found.returncode != 0
    assert "config.yaml" in found.stdout


def test_snakemake_started_elsewhere_says_where_to_start_it(project, tmp_path):
    found = project.snakemake("-n", "--directory", str(tmp_path))
    assert found.returncode != 0
    assert "start it in the project's folder" in found.stdout


def test_rules_run_the_interpreter_of_snakemake_though_another_python_is_first(project, monkeypatch, tmp_path):
    stranger = tmp_path / "bin"
    stranger.mkdir()
    (stranger / "python").write_text("#!/bin/sh\necho 'a stranger' >&2\nexit 9\n")
    (stranger / "python").chmod(0o755)
    monkeypatch.setenv("PATH", f"{stranger}:/usr/bin:/bin")
    command = [str(BIN / "snakemake"), "--cores", "1", "results/demo/data/digits/dataset.json"]
    found = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["snakemake", "--lint"],
        ["snakefmt", "--check", "Snakefile", "workflow/rules"],
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
    ],
    ids=["lint", "snakefmt", "ruff check", "ruff format"],
)
def test_the_tools_find_nothing(root, command):
    found = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=root, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stdout + found.stderr
