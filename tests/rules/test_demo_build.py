"""The whole suite at the scale demo, from nothing, as the README says; then nothing is left to do."""

from __future__ import annotations

import csv
import json
import re
import time

import pytest

pytestmark = pytest.mark.slow


def test_every_artefact_is_there_in_all_its_forms(built, catalog):
    starts = {".png": b"\x89PNG", ".pdf": b"%PDF"}
    files = [built.folder / file for name in catalog.built for file in catalog.files(name)]
    for file in files:
        assert len(file.read_bytes()) > len(starts.get(file.suffix, b"")), file
        assert file.read_bytes().startswith(starts.get(file.suffix, b"")), file
    assert len(files) > 4 * len(catalog.built)


def test_every_row_that_can_be_run_is_measured(built, catalog):
    for name, artefact in catalog.built.items():
        with (built.folder / "results" / "demo" / "measurements" / f"{name}.csv").open(encoding="utf-8") as file:
            measured = {row["row"] for row in csv.DictReader(file)}
        expected = {row.row.id for row in artefact.rows if not row.missing}
        assert expected <= measured, name


def test_training_times_are_relative_to_vanilla(built):
    with (built.folder / "results/demo/measurements/jeong2021_table2.csv").open(encoding="utf-8") as file:
        times = [row for row in csv.DictReader(file) if row["metric"] == "relative_time"]
    vanilla = {float(row["value"]) for row in times if row["row"].endswith("/vanilla")}
    co_mixup = [float(row["value"]) for row in times if row["row"].endswith("/co_mixup")]
    assert vanilla == {1.0}
    assert len(co_mixup) >= 3 * 3
    assert min(co_mixup) > 2, "two passes and a solver"


def test_a_second_run_has_nothing_to_do_and_says_so_quickly(built):
    start = time.monotonic()
    found = built.snakemake("-n")
    assert "Nothing to be done" in found.stdout
    assert time.monotonic() - start < 10


def test_stand_ins_are_labelled_and_never_compared(built):
    table = (built.folder / "results/demo/tables/jeong2021_table1.md").read_text(encoding="utf-8")
    assert "Stand-in, not the paper's experiment" in table
    with (built.folder / "results/demo/scorecard.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["artefact"] == "jeong2021_table1" and row["kind"] == "printed value":
            assert row["verdict"] in ("stand-in", "not run")


def test_every_file_of_numbers_marks_stand_ins(built, catalog):
    for name in catalog.built:
        (path,) = (file for file in catalog.files(name) if re.search(r"/(tables|figures)/.*csv$", file))
        with (built.folder / path).open(encoding="utf-8") as file:
            marks = {row["stand_in"] for row in csv.DictReader(file)}
        description = catalog.description(name)
        assert marks, name
        assert marks <= {str(each["stand_in"]) for each in (description, *description["rows"])}, name


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
