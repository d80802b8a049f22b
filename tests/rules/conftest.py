"""A small project that trains in seconds: two recipes of the user's own comparison, one epoch, one seed."""

from __future__ import annotations

import re
from collections import Counter

import pytest


@pytest.fixture(scope="session")
def small_project(new_project):
    """A project whose `comparison` is two trainings of one epoch, not built yet."""

    def make(name):
        project = new_project(name)
        with (project.folder / "config.yaml").open("a", encoding="utf-8") as config:
            config.write("comparison: {dataset: digits, model: demo-narrow, recipes: [vanilla, cutmix-a1-p0.5]}\n")
        project.edit("config.yaml", "seeds:\n", "seeds: 1\n")
        project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 25", "cifar: {epochs: 1")
        return project

    return make


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
