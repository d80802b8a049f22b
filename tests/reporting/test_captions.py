"""The captions of Snakemake's HTML report."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils.core import publish_parts
from jinja2 import StrictUndefined, Template

WORKFLOW = Path(__file__).resolve().parents[2] / "workflow"
CAPTIONS = sorted((WORKFLOW / "report").glob("*.rst"))
SNAKEMAKE = SimpleNamespace(
    config={"scale": "demo", "protocol": "text"},
    wildcards=SimpleNamespace(scale="demo", artefact="jeong2021_table1"),
    params=SimpleNamespace(artefact="{}"),
)


@pytest.mark.parametrize("caption", CAPTIONS, ids=lambda path: path.stem)
def test_a_caption_renders_without_complaint(caption):
    text = Template(caption.read_text(encoding="utf-8"), undefined=StrictUndefined).render(snakemake=SNAKEMAKE)
    # Level 1 and above are complaints of reStructuredText's reader.
    page = publish_parts(text, writer="html5", settings_overrides={"halt_level": 1, "report_level": 1})["body"]
    assert len(re.sub("<.*?>", "", page).split()) > 20


def test_every_step_of_a_table_or_figure_has_its_caption():
    steps = {path.stem for path in (WORKFLOW / "scripts").glob("*.py") if path.stem.startswith(("tabulate_", "plot_"))}
    assert {path.stem for path in CAPTIONS} == {*steps, "workflow", "scorecard"}
