"""A network whose file was damaged after its training: every later step refuses it, and says what to do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mixsuite.catalog.paths import outputs, record

pytestmark = pytest.mark.slow

KINDS = ("landscape", "adversarial_set", "evaluation", "scores", "held_out", "mixed_outputs", "transfer")


@pytest.fixture
def copy_of_built(built, tmp_path):
    """The whole suite as it was built, in a folder of its own."""
    shutil.copytree(built.folder, tmp_path / "project", symlinks=True)
    return type(built)(tmp_path / "project")


def test_each_step_that_reads_a_damaged_network_refuses_it(copy_of_built, catalog):
    folder = copy_of_built.folder
    readers = [reader_of_a_network(catalog, kind) for kind in KINDS]
    assert set(KINDS) == {run.kind for runs in catalog.runs.values() for run in runs.values() if networks_of(run)}
    for network in {network.identity: network for run in readers for network in networks_of(run)}.values():
        damage(folder / outputs("demo", "training", network.identity)["model"])
    targets = [record("demo", run.kind, run.identity) for run in readers]
    for target in targets:
        (folder / target).unlink()
    found = copy_of_built.snakemake("--keep-going", "--retries", "0", *targets, timeout=300)
    assert found.returncode != 0
    assert "Traceback" not in found.stdout
    assert found.stdout.count("model.safetensors was changed") == len(targets), found.stdout
    assert found.stdout.count("delete it, and Snakemake makes it anew") == len(targets)
    assert not [target for target in targets if (folder / target).exists()]


def reader_of_a_network(catalog, kind):
    """Return a run of `kind` that reads trained networks, and beside them nothing that these make."""
    runs = [run for run in catalog.runs[kind].values() if networks_of(run)]
    return min(runs, key=lambda run: len({need.kind for need in run.needs} & set(KINDS)))


def networks_of(run):
    return [need for need in run.needs if need.kind == "training"]


def damage(path: Path) -> None:
    """Change a byte, as a disk would: the time of the file stays."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
