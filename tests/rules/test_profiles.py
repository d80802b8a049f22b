"""The profiles name rules that exist and agree where they should."""

from __future__ import annotations

import re

import pytest
import yaml


@pytest.fixture(scope="module")
def profiles(root):
    read = {name: root / "profiles" / name / "profile.yaml" for name in ("default", "slurm")}
    return {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in read.items()}


def test_the_profiles_agree_on_what_makes_a_job_run_again(profiles):
    shared = ["rerun-triggers", "rerun-incomplete", "keep-going", "show-failed-logs", "scheduler"]
    assert {key: profiles["slurm"][key] for key in shared} == {key: profiles["default"][key] for key in shared}


def test_the_rules_that_the_slurm_profile_names_exist(root, profiles):
    text = (root / "profiles/slurm/profile.yaml").read_text(encoding="utf-8")
    # Those that are commented out are to be taken up as they are.
    named = {*re.findall(r"^  (?:# )?(\w+): \{", text, re.MULTILINE), *profiles["slurm"]["groups"]}
    files = (path.read_text(encoding="utf-8") for path in (root / "workflow/rules").glob("*.smk"))
    rules = {rule.split(":")[0]: rule for text in files for rule in re.split(r"^rule ", text, flags=re.MULTILINE)[1:]}
    assert named <= set(rules)
    # Every step that asks for GPUs can be given their partition.
    assert {name for name, text in rules.items() if "        gpu=" in text} <= named


def test_every_group_of_the_slurm_profile_has_a_size(profiles):
    assert set(profiles["slurm"]["groups"].values()) == set(profiles["slurm"]["group-components"])


def test_without_its_plugin_the_slurm_profile_says_what_is_missing(project):
    found = project.snakemake("-n", "--workflow-profile", "profiles/slurm", "oh2024_theorems")
    assert found.returncode != 0
    assert "invalid choice: 'slurm'" in found.stdout
    assert "Traceback" not in found.stdout
