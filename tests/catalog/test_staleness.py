"""Finished trainings, timings and compositions of other images than those that are prepared."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.staleness import stale_results
from mixsuite.files import write_json


@pytest.fixture
def catalog(root, tmp_path, monkeypatch):
    """A catalog of which two trainings of jeong2021 are finished, on images with the sha256 `old`."""
    monkeypatch.chdir(tmp_path)
    catalog = load_catalog(root, yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8")))
    for identity in finished(catalog):
        write_json(paths.record("demo", "training", identity), {"dataset": {"sha256": "old"}})
    return catalog


def finished(catalog):
    return list(catalog.artefacts["jeong2021_table1"].runs("training"))[:2]


def prepare(sha256):
    write_json(paths.dataset_files("demo", "digits", "arrays")[0], {"sha256": sha256})


def test_nothing_is_stale_before_a_dataset_is_prepared(catalog):
    assert stale_results(catalog, []) == []


def test_nothing_is_stale_with_the_same_images(catalog):
    prepare("old")
    assert stale_results(catalog, []) == []


@pytest.mark.parametrize("targets", [[], ["all"], ["scorecard"], ["jeong2021"], ["jeong2021_table1"]])
def test_other_images_make_the_asked_trainings_stale(catalog, targets):
    prepare("new")
    stale = [paths.record("demo", "training", identity) for identity in finished(catalog)]
    assert stale_results(catalog, targets) == stale


def test_timings_and_compositions_can_be_stale_too(catalog):
    artefact = catalog.artefacts["jeong2021_table2"]
    timing = paths.record("demo", "timing", next(iter(artefact.runs("timing"))))
    write_json(timing, {"dataset": {"sha256": "old"}})
    prepare("new")
    assert timing in stale_results(catalog, ["jeong2021_table2"])
    (composition,) = catalog.artefacts["jeong2021_fig1"].runs("composition")
    record = paths.record("demo", "composition", composition)
    write_json(record, {"dataset": {"sha256": "old"}})
    assert stale_results(catalog, ["jeong2021_fig1"]) == []
    write_json(catalog.dataset_files("photographs")[0], {"sha256": "new"})
    assert stale_results(catalog, ["jeong2021_fig1"]) == [record]


@pytest.mark.parametrize("targets", [["oh2024"], ["results/demo/data/digits/dataset.json"]])
def test_trainings_that_nobody_asked_for_do_not_count(catalog, targets):
    prepare("new")
    assert stale_results(catalog, targets) == []
