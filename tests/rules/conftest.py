"""What the rules are tested on: a small project that trains in seconds, and the whole suite at the scale demo."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog


@pytest.fixture(scope="session")
def small_project(new_project):
    """A project whose `comparison` is two trainings of one epoch and one seed, not built yet."""

    def make(name):
        project = new_project(name)
        with (project.folder / "config.yaml").open("a", encoding="utf-8") as config:
            config.write("comparison: {dataset: digits, model: demo-narrow, recipes: [vanilla, cutmix-a1-p0.5]}\n")
        project.edit("config.yaml", "seeds:\n", "seeds: 1\n")
        project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 25", "cifar: {epochs: 1")
        return project

    return make


@pytest.fixture(scope="session")
def built(new_project):
    """A project in which all was built at the scale demo, as the README says; tests leave it as it is."""
    project = new_project("demo")
    found = project.snakemake(timeout=4500)
    assert found.returncode == 0, found.stdout
    return project


@pytest.fixture(scope="session")
def catalog(root):
    """What the project's own config.yaml asks for."""
    return load_catalog(root, yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def planned_jobs():
    """Read the job table that a dry run prints."""

    def jobs(output: str) -> Counter[str]:
        if "Nothing to be done" in output:
            return Counter()
        table = output.split("Job stats:")[1].split("\n\n")[0]
        counts = Counter({name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)})
        assert counts, output
        del counts["total"]
        return counts

    return jobs
