"""What several rooms' tests share: the project's folder, and a copy of it that a test may change and run."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
# How long an example takes depends on what else the machine does.
settings.register_profile("mixsuite", deadline=None)
settings.load_profile("mixsuite")

PARTS = ("Snakefile", "config.yaml", "workflow", "envs", "profiles")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep slow tests, which start builds of their own, in one of the processes of `-n 2 --dist loadgroup`."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group("slow"))


@dataclass(frozen=True)
class Project:
    """A copy of the project; `snakemake` runs there as a person would."""

    folder: Path

    def snakemake(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run Snakemake with `arguments` and return what it said, on both streams, as stdout."""
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        return subprocess.run(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout
        )

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, by `new` in a file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} holds no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the project without results."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Copies of the project for tests that share one."""
    return lambda name: copy_project(tmp_path_factory.mktemp(name) / "project")


@pytest.fixture
def in_processes(tmp_path: Path) -> Callable[[int, Callable[[Any], Any]], list[Any]]:
    """Call work(processes) in `count` real processes that have joined, and return what each returns, by rank.

    They are forks of this one: `work` may be any function, and what it returns tensors, numbers and their like.
    """
    import torch

    from mixsuite.processes import joined

    def live(rank: int, count: int, port: int, work: Callable[[Any], Any]) -> None:
        os.environ |= {
            "RANK": str(rank),
            "WORLD_SIZE": str(count),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
        }
        with joined(torch.device("cpu")) as processes:
            torch.save(work(processes), tmp_path / f"rank{rank}.pt")

    def run(count: int, work: Callable[[Any], Any]) -> list[Any]:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        fork = multiprocessing.get_context("fork")
        lives = [fork.Process(target=live, args=(rank, count, port, work)) for rank in range(count)]
        for life in lives:
            life.start()
        for life in lives:
            life.join(60)
            life.kill()
        assert [life.exitcode for life in lives] == [0] * count
        return [torch.load(tmp_path / f"rank{rank}.pt") for rank in range(count)]

    return run


def copy_project(folder: Path) -> Project:
    """Copy the parts of the project that a run needs to `folder`."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / part)
    return Project(folder)
