"""Conda's solver, offline: every environment is solved and built, a job runs in its own, a container has all."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

pytestmark = pytest.mark.slow

ENVIRONMENTS = ("data", "reporting", "training")


@pytest.fixture(scope="module")
def snakemake(small_project, conda):
    project = small_project("conda")

    def run(*arguments):
        command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
        found = subprocess.run(
            command, cwd=project.folder, env=conda.environment, capture_output=True, text=True, timeout=120
        )
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout + found.stderr

    return run


@pytest.fixture(scope="module")
def prefixes(snakemake, conda, root):
    """The folder of each environment, by name, after all were made as on a login node, before any job."""
    snakemake("comparison", "--use-conda", "--conda-prefix", str(conda.folder / "envs"), "--conda-create-envs-only")
    copies = (conda.folder / "envs").glob("*.yaml")
    texts = {name: (root / "envs" / f"{name}.yaml").read_text(encoding="utf-8") for name in ENVIRONMENTS}
    return {name: copy.with_suffix("") for copy in copies for name in texts if copy.read_text() == texts[name]}


def test_every_environment_is_solved_as_it_is_pinned(prefixes, root):
    assert sorted(prefixes) == list(ENVIRONMENTS)
    for name, prefix in prefixes.items():
        solved = {path["name"]: path["version"] for path in map(_json, (prefix / "conda-meta").glob("*.json"))}
        wanted = yaml.safe_load((root / "envs" / f"{name}.yaml").read_text(encoding="utf-8"))["dependencies"]
        assert wanted[:2] == ["python =3.12", "pip =25"]
        assert solved == {"python": "3.12.12", "pip": "25.3"}
        assert (prefix / "bin" / "ran").read_text().splitlines()[0] == "-m", "pip was asked for the rest"


def _json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_job_runs_in_the_environment_of_its_step_and_needs_no_conda_beyond(snakemake, prefixes, conda):
    before = conda.calls()
    snakemake("results/demo/data/digits/dataset.json", "--use-conda", "--conda-prefix", str(conda.folder / "envs"))
    assert "workflow/scripts/prepare_dataset.py" in (prefixes["data"] / "bin" / "ran").read_text()
    assert "workflow/scripts/prepare_dataset.py" not in (prefixes["training"] / "bin" / "ran").read_text()
    assert not [call for call in conda.calls()[len(before) :] if call.startswith("env create")]


def test_switching_conda_on_or_off_makes_nothing_again(snakemake, prefixes, conda):
    snakemake("results/demo/data/digits/dataset.json", "--use-conda", "--conda-prefix", str(conda.folder / "envs"))
    assert "Nothing to be done" in snakemake("results/demo/data/digits/dataset.json")


def test_a_container_is_described_with_every_environment(snakemake, root):
    dockerfile = snakemake("--containerize")
    # That of the archive as well, which no table or figure needs.
    environments = sorted((root / "envs").glob("*.yaml"))
    for path in environments:
        assert f"#   source: envs/{path.name}" in dockerfile
        for line in path.read_text(encoding="utf-8").splitlines():
            assert f"#   {line}" in dockerfile
    assert dockerfile.count("conda env create --prefix") == len(environments) > len(ENVIRONMENTS)
