"""docs/cscores.md: what a reader copies can be run."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from mixsuite.config.settings import Config
from mixsuite.config.strict import validate
from mixsuite.cscores.specification import check_estimate, run_of
from mixsuite.models.registry import build_model
from mixsuite.training.specification import check_run


@pytest.fixture(scope="module")
def blocks(root):
    text = (root / "docs" / "cscores.md").read_text(encoding="utf-8")
    return dict(re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL))


def test_the_estimate_can_be_made(blocks):
    estimate = json.loads(blocks["json"])
    check_estimate(estimate)
    check_run(run_of(estimate))
    build_model(estimate["model"], n_classes=3, in_channels=3, image_size=32)


def test_the_settings_are_those_of_config_yaml(root, blocks):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    own = validate(Config, base | yaml.safe_load(blocks["yaml"]), "docs/cscores.md")
    assert own.datasets["cifar10"].cscores


def test_the_programs_options_exist(root, blocks):
    for program in re.findall(r"workflow/scripts/(\w+)\.py", blocks["sh"]):
        text = (root / "workflow" / "scripts" / f"{program}.py").read_text(encoding="utf-8")
        used = blocks["sh"].partition(f"{program}.py")[2].partition("python")[0]
        for option in re.findall(r"--[\w-]+", used):
            assert f'"{option}"' in text, f"{program}: {option}"
