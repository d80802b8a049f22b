"""What breaks while a build runs: nothing wrong is shown as good, what was finished is kept, and a line says why."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow

KILLER = """
import os, signal, sys

def die(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith(os.environ["KILLED_BEFORE"]):
        os.kill(os.getpid(), signal.SIGKILL)

if "snakemake" not in " ".join(sys.orig_argv):
    sys.addaudithook(die)
"""
"""For sitecustomize.py: a step is killed just before a file or folder of that name would get it."""


@pytest.fixture
def project(small_project, tmp_path):
    return small_project(tmp_path.name)


@pytest.fixture
def killed_before(project, tmp_path, monkeypatch):
    """Build the comparison with every step killed before it could finish `name`; then build it undisturbed."""

    def build(name):
        (tmp_path / "killer").mkdir()
        (tmp_path / "killer" / "sitecustomize.py").write_text(KILLER)
        with monkeypatch.context() as during:
            during.setenv("PYTHONPATH", str(tmp_path / "killer"))
            during.setenv("KILLED_BEFORE", name)
            found = project.snakemake("comparison")
        assert found.returncode != 0, found.stdout
        return found.stdout

    return build


@pytest.fixture
def on_small_disk(project):
    """Build the comparison with a disk of so many KiB in place of a folder."""

    def build(folder, size):
        place = project.folder / folder
        place.mkdir(parents=True)
        return mounted(project, f"mount -t tmpfs -o size={size}k tmpfs {shlex.quote(str(place))}")

    return build


def mounted(project, mount):
    """Build the comparison where `mount` was done; nothing outside of this process sees it."""
    build = f"{mount} && exec {shlex.quote(sys.executable)} -m snakemake --cores 2 comparison"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", build]
    return subprocess.run(
        command, cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120
    )


def finish(project):
    """Build the comparison, which must succeed; return its table."""
    found = project.snakemake("comparison")
    assert found.returncode == 0, found.stdout
    return table(project)


def table(project):
    return (project.folder / "results/demo/tables/comparison.csv").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def undisturbed(small_project):
    """The table that comes out where nothing breaks."""
    return finish(small_project("undisturbed"))


def leftovers(project):
    results = project.folder / "results"
    return [path for path in results.rglob(".*") if path.name not in (".gitignore", ".state")]


@pytest.mark.parametrize("name", ["data/digits", "checkpoint.safetensors", "model.safetensors", "comparison.csv"])
def test_a_step_killed_in_mid_write(project, killed_before, undisturbed, name):
    killed_before(name)
    assert not (project.folder / "results/demo" / name).exists()
    assert finish(project) == undisturbed


def test_a_disk_that_is_full_while_a_dataset_is_written(project, on_small_disk, undisturbed):
    found = on_small_disk("results/demo/data", 64)
    assert found.returncode != 0
    assert "a file was not written whole; is the disk full?" in found.stdout
    assert "Traceback" not in found.stdout
    assert finish(project) == undisturbed


def test_a_disk_that_is_full_while_a_checkpoint_is_written(project, on_small_disk, undisturbed):
    found = on_small_disk("results/demo/.state", 16)
    assert found.returncode != 0
    assert "No space left on device" in found.stdout
    assert "Traceback" not in found.stdout
    assert not list((project.folder / "results/demo/runs").rglob("*.safetensors"))
    assert finish(project) == undisturbed


def test_results_that_cannot_be_written(project):
    (project.folder / "results" / "demo").mkdir(parents=True)
    found = mounted(project, "mount --bind -o ro results results")
    assert found.returncode != 0
    assert "results/demo/data/digits" in found.stdout
    assert "Read-only file system" in found.stdout
    assert "Traceback" not in found.stdout
    assert list((project.folder / "results/demo").iterdir()) == []


def test_two_builds_in_one_folder(project):
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", "cifar: {epochs: 30")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "comparison"]
    first = subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: list((project.folder / "results/demo/.state").glob("*/progress.json")))
        second = project.snakemake("comparison")
        assert second.returncode != 0
        assert "cannot be locked" in second.stdout
        assert "Traceback" not in second.stdout
        assert first.wait(timeout=120) == 0, "the first build was disturbed"
    finally:
        first.kill()
    assert "Nothing to be done" in project.snakemake("comparison").stdout


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_training_goes_on_with_its_own_code_alone(project, killed_before):
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", "cifar: {epochs: 3")
    killed_before("model.safetensors")
    states = project.folder / "results/demo/.state"
    assert len(list(states.glob("*/checkpoint.safetensors"))) == 2
    damaged, whole = sorted(states.iterdir())
    path = damaged / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    finish(project)
    assert "after epoch 3" in log_of(project, whole.name)
    assert "after epoch" not in log_of(project, damaged.name), "a truncated state was gone on from"


def test_a_state_of_other_code_is_not_gone_on_from(project, killed_before):
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", "cifar: {epochs: 3")
    killed_before("model.safetensors")
    path = project.folder / "workflow/scripts/mixsuite/training/loop.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nLEFT = 1\n", encoding="utf-8")
    finish(project)
    for state in (project.folder / "results/demo/.state").iterdir():
        assert "after epoch" not in log_of(project, state.name)


def log_of(project, run):
    return (project.folder / f"results/demo/logs/train_classifier/{run}.log").read_text(encoding="utf-8")


def test_a_clock_that_went_wrong(project, planned_jobs, undisturbed):
    finish(project)
    ahead, behind = time.time() + 86400, time.time() - 86400
    for path in (project.folder / "results").rglob("*"):
        os.utime(path, (ahead, ahead))
    for path in (project.folder / "workflow").rglob("*"):
        os.utime(path, (ahead + 1, ahead + 1))
    assert not planned_jobs(project.snakemake("-n", "comparison").stdout)
    for path in (project.folder / "results/demo/tables").iterdir():
        os.utime(path, (behind, behind))
    planned = planned_jobs(project.snakemake("-n", "comparison").stdout)
    assert planned.keys() <= {"tabulate_classification", "comparison"}, "made again from what is there, and not trained"
    assert finish(project) == undisturbed


def test_a_manifest_that_is_edited_while_jobs_run(project, planned_jobs):
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", "cifar: {epochs: 20")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "comparison"]
    build = subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: list((project.folder / "results/demo/.state").glob("*/progress.json")))
        project.edit("workflow/recipes.yaml", "title: Vanilla", "title: Nothing")
        assert build.wait(timeout=120) == 0
    finally:
        build.kill()
    assert "Nothing" not in table(project), "the table is that of the settings with which the build started"
    assert planned_jobs(project.snakemake("-n", "comparison").stdout).keys() == {
        "tabulate_classification",
        "comparison",
    }
    assert "Nothing" in finish(project)
