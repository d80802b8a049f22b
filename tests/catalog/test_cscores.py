"""Planning of C-scores and mixed outputs."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.cscores import cscores_of, file_of_cscores, is_estimated
from mixsuite.config.strict import ConfigError

REAL = {"scale": "lab"}


@pytest.fixture(scope="module")
def base(root):
    return yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))


def planned(root, config):
    catalog = load_catalog(root, config)
    artefact = catalog.artefacts["oh2024_cscores"]
    (held_out,) = artefact.measured["held_out"]
    return catalog, artefact, held_out


def test_methods_of_a_seed_share_their_part(root, base):
    _, artefact, held_out = planned(root, base)
    rows = {row.row.id: row for row in artefact.rows}
    assert rows["erm/mean"].runs == rows["erm/q3"].runs
    parts = {
        seed: {
            rows[f"{method}/mean"].runs[seed].specification["dataset"]["subset"]
            for method in ("erm", "cutout", "cutmix")
        }
        for seed in range(3)
    }
    assert [len(part) for part in parts.values()] == [1, 1, 1]
    assert len(set.union(*parts.values())) == 3
    assert set(held_out.specification["subsets"].values()) == set.union(*parts.values())
    assert len(held_out.specification["subsets"]) == 9
    subset = rows["erm/mean"].runs[1].needed("subset").specification
    assert (subset["measure"], subset["t"], subset["seed"]) == ("random", 0.2, 1)


def test_figure_and_table_show_the_same_networks(root, base):
    catalog, artefact, held_out = planned(root, base)
    figure = catalog.artefacts["oh2024_cscores_distribution"]
    assert figure.measured["held_out"] == (held_out,)
    assert set(figure.runs("training")) == set(artefact.runs("training"))


def test_scores_are_published_given_or_estimated(root, base, tmp_path):
    _, artefact, held_out = planned(root, base)
    estimated = cscores_of(held_out)
    assert is_estimated(estimated)
    assert estimated.specification["dataset"]["name"] == "digits"
    assert all("estimated C-scores for published ones" in row.stand_in_notes for row in artefact.rows)
    _, artefact, held_out = planned(root, base | REAL)
    published = cscores_of(held_out)
    assert not is_estimated(published)
    assert published.specification["published"]["url"].endswith("cifar10-cscores-orig-order.npz")
    assert not any("C-scores" in note for row in artefact.rows for note in row.stand_in_notes)
    (tmp_path / "mine.npz").touch()
    own = base | REAL | {"datasets": {"cifar10": {"cscores": str(tmp_path / "mine.npz")}}}
    catalog, _, held_out = planned(root, own)
    given = cscores_of(held_out)
    assert given.specification["published"] is None
    assert file_of_cscores(catalog.house, given) == tmp_path / "mine.npz"
    assert file_of_cscores(catalog.house, published) == tmp_path / "mine.npz", "by the dataset alone"
    assert len({each.identity for each in (estimated, published, given)}) == 3


def test_footnotes_name_the_network_that_makes_the_estimates(root, base):
    for config, network in ((base, "the narrow demo network"), (base | REAL, "ResNet-18 (CIFAR stem)")):
        (note,) = (
            note
            for note in load_catalog(root, config).description("oh2024_cscores")["footnotes"]
            if note.startswith("Held-out images and their C-scores")
        )
        assert f"estimate (model {network}, recipe" in note


def test_where_scores_lie_changes_no_training(root, base, tmp_path):
    (tmp_path / "mine.npz").touch()
    own = base | {"datasets": {"digits": {"cscores": str(tmp_path / "mine.npz")}}}
    _, artefact, held_out = planned(root, own)
    _, before, held_out_before = planned(root, base)
    assert set(artefact.runs("training")) == set(before.runs("training"))
    assert held_out.identity != held_out_before.identity
    assert str(tmp_path) not in str(held_out.specification)


def test_a_missing_file_is_said_before_any_job(root, base):
    own = base | {"datasets": {"cifar10": {"cscores": "nowhere.npz"}}}
    with pytest.raises(ConfigError, match=r"datasets\.cifar10\.cscores: found 'nowhere.npz', which is no file"):
        load_catalog(root, own)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cscores": {"held-out": {"part": 1}}}, "cscores.held-out: part: found 1"),
        ({"cscores": {"held-out": {"estimate": {"ratios": [0.5, 0.1]}}}}, "estimate.ratios: found .* rising"),
        ({"cscores": {"held-out": {"estimate": {"model": "no-net"}}}}, "estimate.model: found 'no-net'"),
        ({"mixed_outputs": {"two-classes": {"classes": ["cat"]}}}, "mixed_outputs.two-classes: classes: found"),
        ({"mixed_outputs": {"two-class": {}}}, "mixed_outputs: found 'two-class' .did you mean 'two-classes'"),
    ],
)
def test_mistakes_are_one_line(root, base, changes, message):
    with pytest.raises(ConfigError, match=message) as found:
        load_catalog(root, base | changes)
    assert "\n" not in str(found.value)


def test_mixed_outputs_are_of_the_networks_of_the_accuracies(root, base):
    catalog = load_catalog(root, base)
    figure = catalog.artefacts["oh2024_mixed_outputs"]
    (measured,) = figure.measured["mixed_outputs"]
    assert sorted(measured.specification["runs"]) == sorted(
        catalog.artefacts["oh2024_cifar10_accuracy"].runs("training")
    )
    assert measured.specification["classes"] == ["3", "8"]
    assert "classes [3, 8] for [dog, cat]" in figure.rows[0].stand_in_notes
