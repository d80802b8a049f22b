"""Finished trainings of other images than those that are prepared."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.staleness import stale_trainings
from mixsuite.files import write_json


@pytest.fixture
def catalog(root, tmp_path, monkeypatch):
    """A catalog whose first two trainings are finished, on images with the sha256 `old`."""
    monkeypatch.chdir(tmp_path)
    catalog = load_catalog(root, yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8")))
    for identity in list(catalog.trainings)[:2]:
        write_json(paths.training_files("demo", identity)["run"], {"dataset": {"sha256": "old"}})
    return catalog


def prepare(sha256):
    write_json(paths.dataset_files("demo", "digits", "arrays")[0], {"sha256": sha256})


def test_nothing_is_stale_before_a_dataset_is_prepared(catalog):
    assert stale_trainings(catalog, []) == []


def test_nothing_is_stale_with_the_same_images(catalog):
    prepare("old")
    assert stale_trainings(catalog, []) == []


@pytest.mark.parametrize("targets", [[], ["all"], ["scorecard"], ["jeong2021"], ["jeong2021_table1"]])
def test_other_images_make_the_asked_trainings_stale(catalog, targets):
    prepare("new")
    assert stale_trainings(catalog, targets) == list(catalog.trainings)[:2]


@pytest.mark.parametrize("targets", [["oh2024"], ["results/demo/data/digits/dataset.json"]])
def test_trainings_that_nobody_asked_for_do_not_count(catalog, targets):
    prepare("new")
    assert stale_trainings(catalog, targets) == []
