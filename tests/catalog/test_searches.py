"""The chain from a subset to a search to a training of what it found, as the catalog plans it."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.modules import exists
from mixsuite.catalog.sizes import modules_of_sizes
from mixsuite.config.strict import ConfigError
from mixsuite.search.specification import check_search
from mixsuite.training.specification import check_run


@pytest.fixture(scope="module")
def base(root):
    return yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def demo(root, base):
    return load_catalog(root, base)


def rows(catalog, artefact="fig4b"):
    return {row.row.id: row for row in catalog.artefacts[f"jeong2021_{artefact}"].rows}


def test_each_seed_has_a_chain_of_its_own(demo):
    row = rows(demo)["cv-high/t0.13"]
    assert [run.seed for run in row.runs] == [0, 1, 2]
    for run, search in zip(row.runs, row.measured["search"], strict=True):
        assert run.needed("search") is search
        assert run.specification["model"]["genotype"] == search.identity
        assert "subset" not in run.specification["dataset"], "what was found is trained on all images"
        subset = search.needed("subset")
        assert search.specification["dataset"]["subset"] == subset.identity
        chain = (run, search, subset, subset.needed("scores"), subset.needed("scores").needed("training"))
        assert {each.seed for each in chain} == {each.specification["seed"] for each in chain} == {run.seed}


def test_searches_on_all_images_and_on_random_ones_need_no_scores(demo):
    assert all(run.needs == () for run in rows(demo)["baseline"].measured["search"])
    random = rows(demo)["random/t0.05"].measured["search"]
    assert all(run.needed("subset").needs == () for run in random)


def test_all_that_is_planned_can_be_run(demo, root, base):
    for catalog in (demo, load_catalog(root, base | {"scale": "paper"})):
        for run in catalog.runs["search"].values():
            check_search(run.specification)
        for run in catalog.artefacts["jeong2021_fig4b"].runs("training").values():
            check_run(run.specification)
        for run in catalog.runs["sizes"].values():
            assert all(exists(module) for module in modules_of_sizes(run))


def test_the_paper_searches_for_the_epochs_that_it_names(root, base):
    paper = rows(load_catalog(root, base | {"scale": "paper"}))
    settings = [
        paper[row].measured["search"][0].specification["search"] for row in ("baseline/e10", "baseline/e25", "baseline")
    ]
    assert [(each["epochs"], each["warmup_epochs"]) for each in settings] == [(10, 5), (25, 15), (50, 15)]


def test_the_released_protocol_splits_without_shuffling(root, base):
    text, released = (
        rows(load_catalog(root, base | {"scale": "paper", "protocol": protocol}))["baseline"].measured["search"][0]
        for protocol in ("text", "released")
    )
    assert text.identity != released.identity
    assert [run.specification["search"]["split"] for run in (text, released)] == ["stratified", "unshuffled"]


def test_artefacts_share_their_searches(demo):
    table, figure = rows(demo, "table5"), rows(demo)
    assert table["pc-darts/cifar100"].measured["search"] == figure["baseline"].measured["search"]
    assert table["pc-darts/cv-cifar100"].measured["search"] == figure["cv-high/t0.13"].measured["search"]


def test_sizes_are_of_the_papers_networks_at_every_scale(demo):
    (sizes,) = demo.artefacts["jeong2021_table5"].measured["sizes"]
    networks = sizes.specification["networks"]
    assert set(networks) == {"pc-darts/cifar10", "pc-darts/imagenet", "pc-darts/cifar100", "pc-darts/cv-cifar100"}
    assert {network["model"]["family"] for network in networks.values()} == {"searched_imagenet"}
    assert set(networks["pc-darts/cifar100"]["searches"]) == {"0", "1", "2"}
    assert "genotype" in networks["pc-darts/cifar10"]["model"]


def test_what_cannot_be_searched_says_why(root, base):
    stand_in = {"stand_ins": {"models": {"searched-cifar": "demo-narrow"}}}
    row = rows(load_catalog(root, base | stand_in))["baseline"]
    assert (row.runs, row.missing) == ((), "what stands in for searched-cifar has no cells to search")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"searches": {"pc-dart": {}}}, "config.yaml: searches: found 'pc-dart' .*'pc-darts'"),
        ({"searches": {"pc-darts": {"split": "halves"}}}, "config.yaml: searches.pc-darts: split: found 'halves'"),
        ({"searches": {"pc-darts": {"scoring": {"model": "vgg"}}}}, "scoring.model: found 'vgg'"),
        (
            {"comparison": {"dataset": "digits", "model": "searched-cifar", "recipes": ["vanilla"]}},
            "model: found 'searched-cifar', expected one with a genotype",
        ),
    ],
)
def test_mistakes_are_named_before_any_job(root, base, changes, message):
    with pytest.raises(ConfigError, match=message):
        load_catalog(root, base | changes)
