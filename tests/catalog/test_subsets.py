"""The chain from a scoring network to a training on a subset, as the catalog plans it."""

from __future__ import annotations

from typing import get_args

import pytest
import yaml

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.modules import exists, modules_of
from mixsuite.catalog.staleness import stale_results
from mixsuite.catalog.subsets import modules_of_scores
from mixsuite.config.strict import ConfigError
from mixsuite.config.subsampling import SelectedBy
from mixsuite.files import write_json
from mixsuite.subsampling.specification import check_scoring, check_subset, kind_of
from mixsuite.training.specification import check_run

FIGURES = ("fig4a", "sm_fig3a", "sm_fig3b", "sm_fig3c", "sm_fig4")


@pytest.fixture(scope="module")
def base(root):
    return yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def demo(root, base):
    return load_catalog(root, base)


def rows(catalog, artefact):
    return {row.row.id: row for row in catalog.artefacts[f"jeong2021_{artefact}"].rows}


def identities(catalog, artefact, row):
    return [run.identity for run in rows(catalog, artefact)[row].runs]


def test_each_seed_has_a_chain_of_its_own(demo):
    row = rows(demo, "fig4a")["t0.05/cv-high"]
    assert [run.seed for run in row.runs] == [0, 1, 2]
    for run in row.runs:
        subset = run.needed("subset")
        scores = subset.needed("scores")
        network = scores.needed("training")
        assert run.specification["dataset"] == {"name": "digits", "kind": "digits", "subset": subset.identity}
        assert subset.specification["scores"] == scores.identity
        assert scores.specification["run"] == network.identity
        chain = (run, subset, scores, network)
        assert {each.seed for each in chain} == {each.specification["seed"] for each in chain} == {run.seed}
        assert "subset" not in network.specification["dataset"]
        assert network.specification["recipe"]["method"] == "dcutmix"


def test_all_that_is_planned_can_be_run(demo):
    for run in demo.runs["scores"].values():
        check_scoring(run.specification)
        assert all(exists(module) for module in modules_of_scores(run))
    for run in demo.runs["subset"].values():
        check_subset(run.specification)
        needed = run.needed("scores").specification["kind"] if run.needs else None
        assert needed == kind_of(run.specification["measure"])
    for artefact in FIGURES:
        for run in demo.artefacts[f"jeong2021_{artefact}"].runs("training").values():
            check_run(run.specification)
            assert "mixsuite.data.subset" in modules_of(run.specification)


def test_figures_share_what_is_the_same(demo):
    assert identities(demo, "fig4a", "t0.05/cv-high") == identities(demo, "sm_fig3b", "interval-1")
    assert identities(demo, "fig4a", "t0.05/cv-high") == identities(demo, "sm_fig3c", "phi0.5")
    assert identities(demo, "fig4a", "t0.05/random") == identities(demo, "sm_fig3c", "random")
    assert identities(demo, "sm_fig3a", "t0.05/cv-interval") == identities(demo, "sm_fig3b", "interval-10")
    kinds = [run.specification["kind"] for run in demo.runs["scores"].values()]
    # φ_i = 0.5, 0.1 and 0.9; a network that Table 1 shows scores.
    assert {kind: kinds.count(kind) for kind in kinds} == {"mixed_losses": 9, "dropout": 3, "features": 3}
    scorers = {run.needed("training").identity for run in demo.runs["scores"].values()}
    assert scorers <= demo.artefacts["jeong2021_table1"].runs("training").keys()


def test_a_random_subset_needs_no_scores(demo):
    (subset, *_) = (run.needed("subset") for run in rows(demo, "fig4a")["t0.1/random"].runs)
    assert subset.needs == ()
    assert set(subset.specification) == {"dataset", "t", "measure", "seed"}


def test_a_subset_is_made_of_what_its_measure_reads(root, base, demo):
    changed = load_catalog(root, base | {"subsampling": {"high-cv": {"ddof": 1}}})
    subsets = [run for catalog in (demo, changed) for run in catalog.runs["subset"].values()]
    shared = demo.runs["subset"].keys() & changed.runs["subset"].keys()
    by_measure = {measure: set() for measure in get_args(SelectedBy)}
    for run in subsets:
        by_measure[run.specification["measure"]].add(run.identity in shared)
    assert by_measure == {measure: {True} for measure in by_measure} | {"cv": {False}, "std": {False}}


def test_random_parts_do_not_know_how_images_are_scored(root, base, demo):
    settings = {"ddof": 1, "pool": "all", "mixed_losses": {"alpha": 0.5}, "dropout": {"rate": 0.3}}
    changed = load_catalog(root, base | {"subsampling": {"high-cv": settings}})
    assert identities(demo, "fig4a", "t0.05/random") == identities(changed, "fig4a", "t0.05/random")
    assert identities(demo, "fig4a", "t0.05/cv-high") != identities(changed, "fig4a", "t0.05/cv-high")


def test_a_changed_setting_is_another_chain_and_said(root, base, demo):
    changed = load_catalog(root, base | {"subsampling": {"high-cv": {"mixed_losses": {"anchor_place": "inner"}}}})
    row, before = (rows(catalog, "fig4a")["t0.05/cv-high"] for catalog in (changed, demo))
    assert not {run.identity for run in row.runs} & {run.identity for run in before.runs}
    same, before = (rows(catalog, "fig4a")["t0.05/random"] for catalog in (changed, demo))
    assert [run.identity for run in same.runs] == [run.identity for run in before.runs]
    assert "mixed losses anchor place inner for outer" in changed.description("jeong2021_fig4a")["stand_in_note"]


def test_other_trainings_are_what_they_were(demo):
    trainings = demo.artefacts["jeong2021_table1"].runs("training").values()
    assert all(set(run.specification["dataset"]) == {"name", "kind"} for run in trainings)


def test_the_gallery_is_of_the_first_seed(demo):
    artefact = demo.artefacts["jeong2021_fig2"]
    (gallery,) = artefact.runs("anchors").values()
    assert gallery.needed("scores").seed == 0
    assert len(artefact.runs("scores")) == 3
    assert artefact.runs("scores").keys() <= demo.runs["scores"].keys()


def test_a_subset_is_what_its_training_reads(demo):
    run = rows(demo, "fig4a")["t0.05/random"].runs[0]
    first, second, *whole = demo.data_files(run)
    assert first == f"results/demo/subsets/{run.needed('subset').identity}/dataset.json"
    assert second.endswith("/indices.npy")
    assert whole == demo.dataset_files("digits")


def test_a_training_on_another_subset_is_stale(root, base, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    catalog = load_catalog(root, base)
    run = rows(catalog, "fig4a")["t0.05/random"].runs[0]
    record = paths.record("demo", "training", run.identity)
    write_json(record, {"dataset": {"sha256": "old"}})
    write_json(catalog.data_files(run)[0], {"sha256": "old", "dataset": {"sha256": "whole"}})
    assert stale_results(catalog, ["jeong2021_fig4a"]) == []
    write_json(catalog.data_files(run)[0], {"sha256": "new", "dataset": {"sha256": "whole"}})
    assert stale_results(catalog, ["jeong2021_fig4a"]) == [record]


def test_large_images_are_not_subsampled_and_it_says_so(root, base, tmp_path):
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
    mine = {"source": str(tmp_path), "kind": "large_folder"}
    changes = {"datasets": {"mine": mine}, "stand_ins": {"datasets": {"cifar100": "mine"}}}
    crops = {"resized_crop": {"size": 32, "resize": 36, "scale": [0.5, 1], "ratio": [0.75, 1.33]}}
    statistics = {"mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]}
    large = {**crops, "padding": 0, "normalisation": statistics}
    catalog = load_catalog(root, base | changes | {"schedules": {"cifar": large, "cifar-subset": large}})
    for row in rows(catalog, "fig4a").values():
        assert (row.runs, row.missing) == ((), "images are scored in arrays, and mine is indexed")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"high-cv": {"mixed_losses": {"anchor_ratio": 1}}}, "anchor_ratio"),
        ({"high-cv": {"scorer": {"recipe": "dcutmx"}}}, "scorer.recipe"),
        ({"high-cv": {"pool": "classes"}}, "pool"),
        ({"high": {}}, "subsampling"),
        ({"high-cv": {"mixed_losses": {"draws": 3}}}, "composites: found 4, expected at most the 3 mixes of an anchor"),
    ],
)
def test_a_mistake_is_named_before_any_job(root, base, changes, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load_catalog(root, base | {"subsampling": changes})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("t: 0.05, measure: random", "t: 0, measure: random", "t: "),
        ("t: 0.05, measure: random", "t: 1.5, measure: random", "t: "),
        ("t: 0.05, measure: random", "t: 0.05, measure: randm", "measure: "),
        ("interval: 20", "interval: 21", "interval: found 21, expected at most 1 / t = 20"),
        ("measure: k_center", "measure: k_center, order: high", "order, interval: found some"),
        ("measure: std, order: high", "measure: std", "order: missing, expected high or low with std"),
    ],
)
def test_a_mistake_in_a_row_is_named_before_any_job(project, base, old, new, message):
    project.edit("workflow/papers/jeong2021.yaml", old, new)
    with pytest.raises(ConfigError, match=message) as caught:
        load_catalog(project.folder, base)
    assert "workflow/papers/jeong2021.yaml" in str(caught.value)
