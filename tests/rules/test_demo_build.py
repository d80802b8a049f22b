"""The whole suite at the scale demo, from nothing, as the README says; then the report, and nothing left to do."""

from __future__ import annotations

import csv
import json
import re
import time

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(new_project):
    project = new_project("demo")
    found = project.snakemake(timeout=1800)
    assert found.returncode == 0, found.stdout
    return project


def test_every_artefact_is_there_in_all_its_forms(built):
    results = built.folder / "results" / "demo"
    for table in ("jeong2021_table1", "oh2024_theorems", "oh2024_summary"):
        for suffix in ("html", "md", "csv", "tex"):
            assert (results / "tables" / f"{table}.{suffix}").stat().st_size > 0
    for figure in ("oh2024_feature_outputs", "oh2024_phase"):
        assert (results / "figures" / f"{figure}.png").read_bytes().startswith(b"\x89PNG")
        assert (results / "figures" / f"{figure}.pdf").read_bytes().startswith(b"%PDF")
        assert (results / "figures" / f"{figure}.csv").stat().st_size > 0


def test_a_second_run_has_nothing_to_do_and_says_so_quickly(built):
    start = time.monotonic()
    found = built.snakemake("-n")
    assert "Nothing to be done" in found.stdout
    assert time.monotonic() - start < 5


def test_stand_ins_are_labelled_and_never_compared(built):
    table = (built.folder / "results/demo/tables/jeong2021_table1.md").read_text(encoding="utf-8")
    assert "Stand-in, not the paper's experiment" in table
    with (built.folder / "results/demo/scorecard.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["artefact"] == "jeong2021_table1" and row["kind"] == "printed value":
            assert row["verdict"] in ("stand-in", "not run")


def test_the_theory_setting_bears_out_the_order_of_the_theorems(built):
    with (built.folder / "results/demo/measurements/oh2024_theorems.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if row["metric"] == "test_accuracy" and row["row"].startswith("theory")
        ]
    accuracy = {}
    for row in rows:
        accuracy.setdefault(row["row"].split("/")[1], {})[row["seed"]] = float(row["value"])
    assert set(accuracy) == {"erm", "cutout", "cutmix"}
    for seed, erm in accuracy["erm"].items():
        assert erm < accuracy["cutout"][seed] < accuracy["cutmix"][seed]


def test_a_run_s_file_says_what_it_is_made_of(built):
    for path in (built.folder / "results/demo/runs").glob("*/run.json"):
        run = json.loads(path.read_text(encoding="utf-8"))
        assert run["provenance"]["code"]
        assert run["provenance"]["libraries"]["torch"]


def test_nothing_is_written_outside_the_results(built):
    allowed = {"Snakefile", "config.yaml", "workflow", "envs", "profiles", "results", ".snakemake"}
    assert {path.name for path in built.folder.iterdir()} == allowed
    assert [path.name for path in (built.folder / "results").iterdir()] == ["demo"]


def test_the_report_shows_every_artefact_and_fetches_nothing(built):
    found = built.snakemake("--report", "results/report.html", timeout=300)
    assert found.returncode == 0, found.stdout
    page = (built.folder / "results/report.html").read_text(encoding="utf-8")
    for artefact in (
        "jeong2021_table1",
        "oh2024_theorems",
        "oh2024_summary",
        "oh2024_feature_outputs",
        "oh2024_phase",
        "scorecard.html",
    ):
        assert artefact in page
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']https?://", page)
