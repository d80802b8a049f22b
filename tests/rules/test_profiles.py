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
    files = (root / "workflow/rules").glob("*.smk")
    rules = {
        name for path in files for name in re.findall(r"^rule (\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert "train_classifier" in named
    assert named <= rules


def test_every_group_of_the_slurm_profile_has_a_size(profiles):
    assert set(profiles["slurm"]["groups"].values()) == set(profiles["slurm"]["group-components"])


def test_without_its_plugin_the_slurm_profile_says_what_is_missing(project):
    found = project.snakemake("-n", "--workflow-profile", "profiles/slurm", "oh2024_theorems")
    assert found.returncode != 0
    assert "invalid choice: 'slurm'" in found.stdout
    assert "Traceback" not in found.stdout
