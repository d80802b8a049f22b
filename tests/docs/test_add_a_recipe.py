"""The worked example of docs/add-a-recipe.md, taken from the page and run."""

from __future__ import annotations

import re

import pytest


@pytest.mark.slow
def test_the_worked_example_builds_a_table(root, project):
    page = (root / "docs" / "add-a-recipe.md").read_text(encoding="utf-8")
    recipe, comparison = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (command,) = re.findall(r"```sh\nsnakemake (.*?)\n```", page, re.DOTALL)
    assert len((recipe + comparison + command).splitlines()) < 10
    for file, text in (("workflow/recipes.yaml", recipe), ("config.yaml", comparison)):
        path = project.folder / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 25", "cifar: {epochs: 2")
    found = project.snakemake(command, "--config", "seeds=1", timeout=300)
    assert found.returncode == 0, found.stdout
    table = (project.folder / "results/demo/tables/comparison.md").read_text(encoding="utf-8")
    assert "DCutMix (K = 9, α = 0.1)" in table
    assert "Stand-in" in table
