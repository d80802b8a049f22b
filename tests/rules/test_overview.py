"""Where a build stands, beside a build and after it; and results that leave a project and come home to another."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import yaml

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.overview.results import results_of


def program(project, name, *arguments, check=True):
    """Run a program of the project as a person would, and return what it said on standard output."""
    command = [sys.executable, f"workflow/scripts/{name}.py", *arguments]
    found = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0 or not check, found.stderr
    return found.stdout + ("" if check else found.stderr)


def told(project, what):
    return json.loads((project.folder / f"results/demo/{what}.json").read_text(encoding="utf-8"))


def snakemake_seconds(project, *arguments):
    """Return the seconds of processor time, which other work on the machine does not change, and what was said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = project.snakemake(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert found.returncode == 0, found.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, found.stdout


@pytest.fixture
def filled(project):
    """Put files in the place of everything that a scale builds, though nothing was computed."""

    def fill(scale):
        settings = yaml.safe_load((project.folder / "config.yaml").read_text(encoding="utf-8"))
        catalog = load_catalog(project.folder, {**settings, "scale": scale})
        results = results_of(catalog).values()
        files = [file for result in results for file in result.files]
        files += [file for name in catalog.built for file in catalog.files(name)] + paths.scorecard_files(scale)
        for name in {result.dataset for result in results if result.dataset}:
            files += catalog.dataset_files(name)
        now = time.time()
        for file in dict.fromkeys(files):
            (project.folder / file).parent.mkdir(parents=True, exist_ok=True)
            (project.folder / file).write_text('{"sha256": "0"}')
            os.utime(project.folder / file, (now, now))
        return project

    return fill


@pytest.mark.slow
def test_a_run_of_the_paper_scale_with_nothing_to_do_is_quick(filled):
    seconds, said = snakemake_seconds(filled("paper"), "--config", "scale=paper")
    assert "Nothing to be done" in said
    assert seconds < 10


@pytest.mark.slow
def test_a_dry_run_of_the_whole_paper_scale_is_quick(project, planned_jobs):
    seconds, said = snakemake_seconds(project, "-n", "--config", "scale=paper")
    assert planned_jobs(said)["train_classifier"] > 200
    assert seconds < 10


@pytest.mark.slow
def test_looking_at_an_empty_project_builds_nothing(project):
    for target in ("status", "verify"):
        found = project.snakemake(target)
        assert found.returncode == 0, found.stdout
        assert "Scale demo: " in found.stdout
    written = {path.name for path in (project.folder / "results").rglob("*") if path.is_file()}
    assert written == {"status.json", "status.log", "verify.json", "verify.log"}


@pytest.mark.slow
def test_the_plan_counts_the_jobs_of_snakemake(project, planned_jobs):
    found = project.snakemake("plan")
    assert "oh2024_theorems" in found.stdout
    total = told(project, "plan")["total"]
    jobs = planned_jobs(project.snakemake("-n").stdout)
    assert total["left"] == sum(jobs.values()) - jobs["all"]
    assert total["done"] == 0
    assert total["unknown"] == 0 or total["core_hours"] > 0
    written = {path.name for path in (project.folder / "results").rglob("*") if path.is_file()}
    assert written == {"plan.json", "plan.log"}


@pytest.mark.slow
def test_a_mistake_is_one_message_before_anything(project):
    found = project.snakemake("satus")
    assert found.returncode != 0
    assert "unknown artefact 'satus' (did you mean 'status'?)" in found.stdout


@pytest.fixture(scope="module")
def built(small_project):
    project = small_project("overview")
    found = project.snakemake("comparison", timeout=300)
    assert found.returncode == 0, found.stdout
    return project


@pytest.fixture
def elsewhere(small_project):
    """A clone of the project in which nothing is built."""
    return small_project("elsewhere")


@pytest.mark.slow
def test_finished_runs_are_verified_and_changed_code_names_them_as_stale(built, tmp_path):
    project = type(built)(tmp_path / "project")
    shutil.copytree(built.folder, project.folder)
    assert "4 results there: 4 good, 0 stale, 0 damaged" in program(project, "verify_results", "--strict")
    path = project.folder / "workflow/scripts/mixsuite/mixing/cutmix.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nLEFT = 1\n", encoding="utf-8")
    said = program(project, "verify_results", "--strict", check=False)
    assert "4 results there: 3 good, 1 stale, 0 damaged" in said
    assert "1 of the kind training: other code" in said
    assert "error: results are stale or damaged" in said
    (project.folder / "results/demo/data/digits/train/labels.npy").write_bytes(b"")
    assert "dataset: " in program(project, "verify_results")


@pytest.mark.slow
def test_imported_runs_are_not_trained_again_and_count(built, elsewhere, planned_jobs, tmp_path):
    program(built, "archive_results", "--weights", "--output", str(tmp_path / "a.zip"))
    said = program(elsewhere, "import_results", str(tmp_path / "a.zip"))
    assert "2 taken, 0 there, 0 not asked, 0 refused" in said
    jobs = planned_jobs(elsewhere.snakemake("-n", "comparison").stdout)
    assert jobs == {"tabulate_classification": 1, "comparison": 1}
    found = elsewhere.snakemake("comparison")
    assert found.returncode == 0, found.stdout
    tables = [each.folder / "results/demo/measurements/comparison.csv" for each in (built, elsewhere)]
    assert tables[0].read_text() == tables[1].read_text()
    assert "3 results there: 3 good" in program(elsewhere, "verify_results")
    program(elsewhere, "import_results", str(tmp_path / "a.zip"))
    assert "Nothing to be done" in elsewhere.snakemake("-n", "comparison").stdout


@pytest.mark.slow
def test_runs_of_other_code_are_refused_or_taken_knowingly_and_named(built, elsewhere):
    path = elsewhere.folder / "workflow/scripts/mixsuite/mixing/cutmix.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nLEFT = 1\n", encoding="utf-8")
    runs = str(built.folder / "results")
    said = program(elsewhere, "import_results", runs, check=False)
    assert "1 taken, 0 there, 0 not asked, 1 refused" in said
    assert "other code" in said
    assert "error: results were refused" in said
    program(elsewhere, "import_results", runs, "--other-code")
    assert "2 results there: 1 good, 1 stale" in program(elsewhere, "verify_results")


@pytest.mark.slow
def test_runs_of_other_data_are_refused(built, elsewhere):
    elsewhere.edit("workflow/scripts/mixsuite/data/digits.py", "255 / _DARKEST", "250 / _DARKEST")
    assert elsewhere.snakemake("results/demo/data/digits/dataset.json").returncode == 0
    said = program(elsewhere, "import_results", str(built.folder / "results"), "--other-code", check=False)
    assert "0 taken, 0 there, 0 not asked, 2 refused" in said
    assert "other data: digits" in said
    assert not (elsewhere.folder / "results/demo/runs").exists()


@pytest.mark.slow
def test_steps_run_by_hand_come_home_and_the_card_counts_them(small_project, planned_jobs, tmp_path, monkeypatch):
    home, away = small_project("home"), small_project("away")
    script = program(home, "list_commands", "jeong2021_sm_table2", "--output", str(tmp_path / "commands.sh"))
    assert script == ""
    # There, no Snakemake: only `python`, and what requirements.txt installs.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    made = subprocess.run(["sh", str(tmp_path / "commands.sh")], cwd=away.folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert not (away.folder / ".snakemake").exists()

    said = program(home, "import_results", str(away.folder / "results"))
    count = len(list((home.folder / "results/demo/runs").iterdir()))
    assert f"{count} taken, 0 there, 0 not asked, 0 refused" in said
    jobs = planned_jobs(home.snakemake("-n", "jeong2021_sm_table2").stdout)
    assert "train_classifier" not in jobs
    assert home.snakemake("jeong2021_sm_table2").returncode == 0
    card = tmp_path / "card.csv"
    outputs = [f"--output-{form}={card.with_suffix(f'.{form}')}" for form in ("md", "csv", "html")]
    measured = "results/demo/measurements/jeong2021_sm_table2.csv"
    manifest, titles = "workflow/papers/jeong2021.yaml", ["--scale", "demo", "--scale-title", "t"]
    program(home, "write_scorecard", "--manifests", manifest, "--measurements", measured, *titles, *outputs)
    with card.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["artefact"] == "jeong2021_sm_table2"]
    assert sum(row["seeds"] == "1" for row in rows) >= count
    assert program(home, "list_commands", "jeong2021_sm_table2").endswith("# Nothing is missing.\n")


@pytest.mark.slow
def test_status_and_plan_run_beside_a_build_and_a_killed_training_does_not_seem_to_run(small_project):
    project = small_project("beside")
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", "cifar: {epochs: 4000")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "comparison"]
    build = subprocess.Popen(
        command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for_progress(project)
        locks = _locks(project)
        assert locks
        for targets in (["status"], ["plan"], ["verify"], ["status", "verify"]):
            found = project.snakemake(*targets, timeout=300)
            assert found.returncode == 0, found.stdout
            assert "cannot be locked" not in found.stdout
            assert _locks(project) == locks, f"{targets} released the lock of the build"
        for targets in (["comparison"], ["status", "comparison"]):
            refused = project.snakemake(*targets)
            assert refused.returncode != 0
            assert "cannot be locked" in refused.stdout
            assert _locks(project) == locks
        (training,) = told(project, "status")["runs"]
        assert training["state"] == "running"
        assert training["total"] == 4000
        assert training["seconds_left"] > 0
        assert re.search(r"running +epoch \d+ of 4000 +loss \d", program(project, "show_status"))
        assert build.poll() is None, "the build ended before it was looked at"
    finally:
        os.killpg(build.pid, signal.SIGKILL)
        build.wait()
    assert re.search(r"stopped \d+ s ago +epoch \d+ of 4000", program(project, "show_status"))
    # Also where the killed Snakemake's lock was left.
    found = project.snakemake("status")
    assert found.returncode == 0, found.stdout
    assert told(project, "status")["runs"][0]["state"] == "stopped"


def _locks(project):
    folder = project.folder / ".snakemake/locks"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.lock")}


def _wait_for_progress(project):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for path in (project.folder / "results/demo/.state").glob("*/progress.json"):
            if json.loads(path.read_text(encoding="utf-8"))["epoch"] > 1:
                return
        time.sleep(0.05)
    raise AssertionError("no training told of an epoch")


@pytest.mark.slow
def test_archives_are_targets_and_the_same_again(filled):
    project = filled("demo")
    for folder in (project.folder / "results/demo").iterdir():
        # The results themselves would be found damaged.
        if folder.is_dir() and folder.name not in ("tables", "figures", "measurements"):
            shutil.rmtree(folder)
    archive = project.folder / "results/demo/archive.zip"
    assert project.snakemake("archive").returncode == 0
    before = archive.read_bytes()
    with zipfile.ZipFile(archive) as packed:
        assert {"manifest.json", "SHA256SUMS", "results/demo/scorecard.html"} <= set(packed.namelist())
        assert "results/demo/tables/jeong2021_table1.md" in packed.namelist()
    archive.unlink()
    found = project.snakemake("archive")
    assert found.returncode == 0, found.stdout
    assert archive.read_bytes() == before


@pytest.mark.slow
def test_an_archive_needs_everything(project, planned_jobs):
    jobs = planned_jobs(project.snakemake("-n", "archive_with_weights").stdout)
    assert jobs["archive_results"] == jobs["write_scorecard"] == jobs["archive_with_weights"] == 1
