"""The comparison on real images: which trainings its artefacts share, and what is measured of them."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog


@pytest.fixture(scope="module")
def catalog(root):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    return load_catalog(root, base | {"scale": "laptop", "papers": ["evidence"]})


def test_all_artefacts_show_the_same_trainings(catalog):
    runs = [artefact.runs("training").keys() for artefact in catalog.built.values()]
    assert len(runs) == 5
    assert all(each == runs[0] for each in runs)
    assert len(runs[0]) == 5 * 5


def test_each_network_s_fit_is_measured_once(catalog):
    fits = catalog.artefacts["evidence_fit"].runs("fit").values()
    assert {fit.needed("training").identity for fit in fits} == catalog.runs["training"].keys()
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
        assert "PreActResNet18 of width 8 for PreActResNet18" in description["stand_in_note"]
        assert any("10 classes of CIFAR-10" in note for note in description["footnotes"])
        assert all(row["stand_in"] and not row["missing"] for row in description["rows"])


def test_a_scale_without_numbers_of_its_own_is_no_default(root):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    assert "evidence" not in base["papers"]
