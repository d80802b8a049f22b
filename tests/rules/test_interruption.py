"""Killed work goes on where it was: a training under Snakemake, and Snakemake itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from mixsuite.liveness import lives

pytestmark = pytest.mark.slow

EPOCHS = 60


@pytest.fixture
def long_project(small_project, tmp_path):
    """One recipe's comparison, with enough epochs to be caught in the middle."""
    project = small_project(tmp_path.name)
    project.edit("config.yaml", "recipes: [vanilla, cutmix-a1-p0.5]", "recipes: [cutmix-a1-p0.5]")
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", f"cifar: {{epochs: {EPOCHS}")
    return project


@pytest.fixture
def build(long_project):
    """A build of it, in the middle of the training."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "comparison"]
    started = subprocess.Popen(
        command, cwd=long_project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 120
        while progress_of(long_project).get("epoch", 0) < 5:
            assert time.monotonic() < deadline, "no training reached the fifth epoch"
            time.sleep(0.02)
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def test_a_killed_build_is_taken_up_from_the_last_epoch(long_project, build):
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    epoch = progress_of(long_project)["epoch"]
    assert not list((long_project.folder / "results/demo/runs").glob("*/model.safetensors"))
    finish(long_project)
    (log,) = (long_project.folder / "results/demo/logs/train_classifier").glob("*.log")
    (resumed,) = re.findall(r"after epoch (\d+)", log.read_text(encoding="utf-8"))
    assert int(resumed) >= epoch, "a finished epoch was trained again"
    assert epochs_of(long_project) == list(range(1, EPOCHS + 1))


def test_a_training_that_outlives_its_snakemake_does_no_harm(long_project, build):
    build.kill()
    build.wait()
    training = progress_of(long_project)["process"]
    assert lives(training)
    assert "cannot be locked" in long_project.snakemake("comparison").stdout
    finish(long_project)
    while lives(training):
        time.sleep(0.05)
    assert epochs_of(long_project) == list(range(1, EPOCHS + 1))
    verified = long_project.snakemake("verify").stdout
    assert "0 stale, 0 damaged" in verified


def progress_of(project):
    found = list((project.folder / "results/demo/.state").glob("*/progress.json"))
    return json.loads(found[0].read_text(encoding="utf-8")) if found else {}


def finish(project):
    unlocked = project.snakemake("--unlock")
    assert unlocked.returncode == 0, unlocked.stdout
    found = project.snakemake("comparison", timeout=300)
    assert found.returncode == 0, found.stdout


def epochs_of(project):
    (history,) = (project.folder / "results/demo/runs").glob("*/history.csv")
    return [int(line.split(",")[0]) for line in history.read_text(encoding="utf-8").splitlines()[1:]]
