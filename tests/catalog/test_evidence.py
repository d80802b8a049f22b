"""The comparison on real images: which trainings its artefacts share, and what is measured of them."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.cscores import cscores_of, file_of_cscores


@pytest.fixture(scope="module")
def catalog(root):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    return load_catalog(root, base | {"scale": "laptop", "papers": ["evidence"]})


OF_JEONG2021 = ("classification", "fit", "surfaces", "perturbation", "sharpness", "attacks")
OF_OH2024 = ("accuracy", "cscores", "cscores_distribution", "mixed_outputs")


def test_all_artefacts_of_a_paper_show_the_same_trainings(catalog):
    assert set(catalog.built) == {f"evidence_{name}" for name in (*OF_JEONG2021, *OF_OH2024, "subset_errors")}
    for names, methods in ((OF_JEONG2021, 5), (OF_OH2024, 3)):
        runs = [catalog.built[f"evidence_{name}"].runs("training") for name in names]
        assert len(runs[0]) == methods * 5
        for shown in runs:
            seeds = {run.seed for run in shown.values()}
            assert shown.keys() == {identity for identity, run in runs[0].items() if run.seed in seeds}


def test_landscapes_are_of_three_seeds(catalog):
    assert len(catalog.runs["landscape"]) == 5 * 3


def test_an_artefact_may_say_how_many_seeds_it_has_and_the_user_overrules_it(catalog, root):
    trainings = catalog.built["evidence_subset_errors"].runs("training").values()
    assert {run.seed for run in trainings} == {0, 1, 2}
    sizes, measures, scorers = 3, 4, 3
    assert len([run for run in trainings if "subset" in run.specification["dataset"]]) == sizes * measures * 3
    assert len(catalog.runs["scores"]) == scorers
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    one = load_catalog(root, base | {"scale": "laptop", "papers": ["evidence"], "seeds": 1})
    assert {run.seed for run in one.built["evidence_subset_errors"].runs("training").values()} == {0}


def test_networks_whose_errors_are_scored_are_trained_on_other_images_for_each_seed(catalog):
    scored = catalog.built["evidence_cscores"].runs("training").values()
    parts = {run.seed: run.specification["dataset"]["subset"] for run in scored}
    assert len(set(parts.values())) == 5
    assert all(run.specification["dataset"]["subset"] == parts[run.seed] for run in scored)
    (held_out,) = catalog.runs["held_out"].values()
    assert set(held_out.specification["subsets"]) == {run.identity for run in scored}
    (mixed_outputs,) = catalog.runs["mixed_outputs"].values()
    assert set(mixed_outputs.specification["runs"]) == {run.identity for run in scored}
    assert "subset" not in mixed_outputs.specification["dataset"]


def test_parts_lie_where_the_user_says_that_their_whole_lies(root, tmp_path):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    own, scores = tmp_path / "own", tmp_path / "scores.npz"
    own.mkdir()
    scores.touch()
    said = {"cifar10": {"source": str(tmp_path), "cscores": str(scores)}, "cifar10-fifth": {"source": str(own)}}
    catalog = load_catalog(root, base | {"scale": "laptop", "papers": ["evidence"], "datasets": said})
    places = {name: catalog.dataset_source(name) for name in ("cifar10-few-tests", "cifar10-fifth", "cifar100-part")}
    assert places == {"cifar10-few-tests": tmp_path, "cifar10-fifth": own, "cifar100-part": None}
    (held_out,) = catalog.runs["held_out"].values()
    assert file_of_cscores(catalog.house, cscores_of(held_out)) == scores
    unsaid = load_catalog(root, base | {"scale": "laptop", "papers": ["evidence"]})
    assert catalog.runs["training"].keys() == unsaid.runs["training"].keys()


def test_each_network_s_fit_is_measured_once(catalog):
    fits = catalog.artefacts["evidence_fit"].runs("fit").values()
    trainings = catalog.artefacts["evidence_fit"].runs("training")
    assert {fit.needed("training").identity for fit in fits} == trainings.keys()
    assert len(fits) == len(catalog.runs["fit"]) == 25
    assert not catalog.artefacts["evidence_classification"].runs("fit")


def test_attacks_need_no_other_network_and_no_other_images(catalog):
    evaluations = catalog.runs["evaluation"].values()
    assert len(evaluations) == 25
    assert all(set(run.specification["white_box"]) == {"white_box_fgsm", "white_box_margin_pgd"} for run in evaluations)
    assert not catalog.runs["adversarial_set"] and not catalog.runs["stand_in_set"]


def test_everything_says_that_it_stands_in(catalog):
    for name in catalog.built:
        description = catalog.description(name)
        network = "ResNet-18 (CIFAR stem)" if name.removeprefix("evidence_") in OF_OH2024 else "PreActResNet18"
        assert f"PreActResNet10 (width 32, stem of stride 2) for {network}" in description["stand_in_note"]
        assert any("CIFAR-10" in note for note in description["footnotes"])
        assert all(row["stand_in"] and not row["missing"] for row in description["rows"])


def test_a_scale_without_numbers_of_its_own_is_no_default(root):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    assert "evidence" not in base["papers"]
