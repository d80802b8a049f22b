"""Killed work goes on where it was: a training under Snakemake, and Snakemake itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def long_project(small_project):
    """One recipe's comparison, with enough epochs to be caught in the middle."""
    project = small_project("interruption")
    project.edit("config.yaml", "recipes: [vanilla, cutmix-a1-p0.5]", "recipes: [cutmix-a1-p0.5]")
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", "cifar: {epochs: 60")
    return project


def test_a_killed_build_is_taken_up_from_the_last_epoch(long_project):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "comparison"]
    build = subprocess.Popen(
        command, cwd=long_project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    epoch = _wait_for_epoch(long_project, 5)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert not list((long_project.folder / "results/demo/runs").glob("*/model.safetensors"))

    unlocked = long_project.snakemake("--unlock")
    assert unlocked.returncode == 0, unlocked.stdout
    found = long_project.snakemake("comparison", timeout=300)
    assert found.returncode == 0, found.stdout
    (log,) = (long_project.folder / "results/demo/logs/train_classifier").glob("*.log")
    (resumed,) = re.findall(r"after epoch (\d+)", log.read_text(encoding="utf-8"))
    assert int(resumed) >= epoch, "a finished epoch was trained again"
    (history,) = (long_project.folder / "results/demo/runs").glob("*/history.csv")
    epochs = [int(line.split(",")[0]) for line in history.read_text(encoding="utf-8").splitlines()[1:]]
    assert epochs == list(range(1, 61))


def _wait_for_epoch(project, epoch):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for path in (project.folder / "results/demo/.state").glob("*/progress.json"):
            done = json.loads(path.read_text(encoding="utf-8"))["epoch"]
            if done >= epoch:
                return done
        time.sleep(0.02)
    raise AssertionError(f"no training reached epoch {epoch}")
