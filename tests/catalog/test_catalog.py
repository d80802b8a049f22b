"""Runs, identities and what the steps are told."""

from __future__ import annotations

import json

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.modules import module_of_dataset
from mixsuite.catalog.targets import check_targets
from mixsuite.catalog.transfers import modules_of_transfer, weights_place
from mixsuite.config.strict import ConfigError
from mixsuite.data.registry import MODULES
from mixsuite.files import canonical_json
from mixsuite.transfer.specification import check_transfer


@pytest.fixture(scope="module")
def base(root):
    return yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def demo(root, base):
    return load_catalog(root, base)


def trainings(catalog, artefact="jeong2021_table1"):
    return catalog.artefacts[artefact].runs("training")


def test_every_scale_plans_the_same_artefacts(root, base, demo):
    for scale in ("lab", "paper"):
        assert list(load_catalog(root, base | {"scale": scale}).artefacts) == list(demo.artefacts)


def test_artefacts_share_runs(demo):
    table = demo.artefacts["jeong2021_table1"]
    rows = {row.row.id: row for row in table.rows}
    shown = sum(len(row.runs) for row in rows.values())
    assert len(table.runs("training")) < shown, "at demo scale both CIFARs are digits, so their rows share runs"


def test_an_identity_depends_on_what_is_run_alone(root, base, demo):
    more_seeds = load_catalog(root, base | {"seeds": 5})
    assert set(trainings(demo)) < set(trainings(more_seeds))
    elsewhere = load_catalog(root, base | {"device": "cpu", "papers": ["jeong2021"]})
    assert set(trainings(demo)) == set(trainings(elsewhere))


def test_the_protocols_are_different_runs(root, base):
    text = load_catalog(root, base | {"scale": "paper"})
    released = load_catalog(root, base | {"scale": "paper", "protocol": "released"})
    assert not set(trainings(text)) & set(trainings(released))


def test_a_specification_holds_no_label_and_no_path(root, base, tmp_path):
    catalog = load_catalog(
        root, base | {"datasets": {"digits": {}, "cifar100": {"source": str(tmp_path)}}, "scale": "lab"}
    )
    for run in trainings(catalog).values():
        text = canonical_json(run.specification)
        assert str(tmp_path) not in text
        assert "title" not in text


def test_the_synthetic_experiments_are_the_same_at_every_scale(root, base, demo):
    paper = load_catalog(root, base | {"scale": "paper"})
    assert set(demo.runs["descent"]) == set(paper.runs["descent"])
    # Two settings with three methods each, and two other distributions of CutMix's patches; five seeds.
    assert len(demo.runs["descent"]) == (2 * 3 + 2) * 5


def test_only_replaced_runs_are_stand_ins(root, base, demo):
    assert demo.description("jeong2021_table1")["stand_in"]
    assert not demo.description("oh2024_theorems")["stand_in"]
    paper = load_catalog(root, base | {"scale": "paper"}).description("jeong2021_table1")
    assert not paper["stand_in"]
    assert paper["stand_in_note"] == ""
    lab = load_catalog(root, base | {"scale": "lab"}).description("jeong2021_table1")
    assert "epochs 60 for 300" in lab["stand_in_note"]


def test_a_changed_synthetic_setting_is_a_stand_in(root, base):
    catalog = load_catalog(root, base | {"patches": {"paper": {"steps": 10}}})
    rows = {row["id"]: row for row in catalog.description("oh2024_theorems")["rows"]}
    assert rows["paper/erm"]["stand_in"]
    assert not rows["theory/erm"]["stand_in"]
    assert catalog.description("oh2024_theorems")["stand_in_note"] == "steps 10 for 10000"


def test_every_changed_setting_of_a_schedule_is_named(demo):
    note = demo.description("jeong2021_table1")["stand_in_note"]
    for change in ("epochs 25 for 300", "learning rate 0.1 for 0.25", "padding 1 for 4", "flip off for on"):
        assert change in note


def test_grey_digits_are_not_run_with_the_colours_of_a_schedule(root, base):
    own = {"dataset": "digits", "model": "demo-narrow", "recipes": ["vanilla"]}
    with pytest.raises(ConfigError, match="comparison: nothing of it can be run: the images of digits are grey"):
        load_catalog(root, base | {"scale": "paper", "comparison": own})


def test_descriptions_are_plain_data(demo):
    for name in demo.built:
        assert json.loads(canonical_json(demo.description(name)))["name"] == name


def test_the_catalog_knows_the_modules_that_prepare_datasets():
    for kind, module in MODULES.items():
        assert module_of_dataset(kind) == f"mixsuite.data.{module}"


@pytest.mark.parametrize("table", ["table1", "table2", "table3", "sm_table1", "sm_table2"])
def test_a_row_without_runs_says_why(demo, table):
    for row in demo.description(f"jeong2021_{table}")["rows"]:
        derived = bool(row["best_of"] or row["deviation_of"])
        assert bool(row["runs"]) + derived + bool(row["missing"]) == 1


def test_recipes_are_timed_side_by_side_on_one_network(root, base, demo):
    rows = {row["id"]: row for row in demo.description("jeong2021_table2")["rows"]}
    timings = demo.artefacts["jeong2021_table2"].runs("timing")
    assert len(timings) == 2, "at demo scale two networks stand in for three"
    timed = {name: row["measured"]["timing"][0]["identity"] for name, row in rows.items()}
    assert all(rows[name]["recipe"] in timings[timing].specification["recipes"] for name, timing in timed.items())
    assert timed["a/dcutmix"] == timed["a/vanilla"] != timed["b/vanilla"]
    seven = {name for timing in timings.values() for name in timing.specification["recipes"]}
    assert len(seven) == 7
    paper = load_catalog(root, base | {"scale": "paper"})
    assert len(paper.artefacts["jeong2021_table2"].runs("timing")) == 3
    assert paper.artefacts["jeong2021_table1"].runs("timing") == {}


def test_derived_rows_stand_in_where_their_sources_do(root, base, demo):
    rows = {row["id"]: row for row in demo.description("jeong2021_sm_table2")["rows"]}
    assert rows["dmixup/std"]["stand_in"]
    assert rows["dmixup/std"]["method"] == "dmixup"
    paper = load_catalog(root, base | {"scale": "paper"}).description("jeong2021_sm_table2")
    assert not any(row["stand_in"] for row in paper["rows"])
    absent = load_catalog(root, base | {"stand_ins": {"models": {"pyramidnet200-a240": None}}})
    rows = {row["id"]: row for row in absent.description("jeong2021_sm_table2")["rows"]}
    assert "not run" in rows["dcutmix/std"]["missing"]


def test_figures_of_images_have_a_composition(root, base, demo):
    for name in ("jeong2021_fig1", "jeong2021_sm_fig2"):
        (composition,) = demo.artefacts[name].runs("composition").values()
        assert composition.specification["dataset"]["kind"] == "photographs"
        assert demo.description(name)["measured"]["composition"][0]["identity"] == composition.identity
        assert "for ImageNet" in demo.description(name)["stand_in_note"]
    given = {"scale": "paper", "datasets": {"imagenet": {"source": str(root)}}}
    paper = load_catalog(root, base | given)
    (composition,) = paper.artefacts["jeong2021_fig1"].runs("composition").values()
    assert composition.specification["dataset"]["kind"] == "imagenet"
    assert not paper.description("jeong2021_fig1")["stand_in"]
    without = load_catalog(root, base | {"scale": "paper"})
    assert "photographs" in without.description("jeong2021_fig1")["stand_in_note"]


def test_methods_that_need_the_whole_batch_are_trained_by_one_process(root, base):
    catalog = load_catalog(root, base | {"processes": 4})
    found = {run.specification["recipe"]["method"]: catalog.processes(run) for run in catalog.runs["training"].values()}
    alone = {method for method, processes in found.items() if processes == 1}
    assert alone == {"dropblock", "manifold_mixup"}
    assert set(found.values()) == {1, 4}


def test_checksums_belong_to_the_index_and_not_to_the_run(root, base, tmp_path):
    own = {"imagenet": {"source": str(tmp_path), "checksums": True}}
    (tmp_path / "train").mkdir()
    without = {"imagenet": {"source": str(tmp_path)}}
    plain, with_checksums = (
        load_catalog(root, base | {"scale": "paper", "datasets": datasets}) for datasets in (without, own)
    )
    assert with_checksums.dataset_specification("imagenet")["checksums"]
    assert "checksums" not in plain.dataset_specification("imagenet")
    assert set(trainings(plain, "jeong2021_table3")) == set(trainings(with_checksums, "jeong2021_table3")) != set()


def test_large_images_are_not_normalised_by_themselves(root, base, tmp_path):
    given = {
        "datasets": {"imagenet": {"source": str(tmp_path)}},
        "schedules": {"imagenet": {"normalisation": "dataset"}},
    }
    catalog = load_catalog(root, base | {"scale": "paper"} | given)
    (reason,) = {row["missing"] for row in catalog.description("jeong2021_table3")["rows"]}
    assert "imagenet cannot normalise by them" in reason


def test_a_fine_tuning_per_seed_gives_all_rows_and_is_made_of_a_training(demo):
    planned = demo.artefacts["transfer_claims"]
    runs = planned.runs("transfer")
    assert [run.seed for run in runs.values()] == list(range(10))
    assert all(list(row.measured["transfer"]) == list(runs.values()) for row in planned.rows)
    assert {run.specification["pretrained"]["training"] for run in runs.values()} <= set(demo.runs["training"])
    assert set(runs) == set(demo.artefacts["transfer_calibration"].runs("transfer"))
    assert {row.row.id: row.method for row in planned.rows} == {
        "scratch": "vanilla",
        "none": "vanilla",
        "random-erasing": "random_erasing",
        "mixup": "mixup",
        "cutmix": "cutmix",
        "none-staged": "vanilla",
        "cutmix-staged": "small_cutmix",
        "cutmix-staged-rise": "small_cutmix",
    }
    for run in runs.values():
        check_transfer(run.specification)
        staged = run.specification["treatments"]["cutmix-staged-rise"]["phases"]
        assert [phase["unfrozen_stages"] for phase in staged] == [0, 1, 1]
        assert [phase["recipe"].get("probability", 0) for phase in staged] == [0, 0.5, 1]
        assert {"mixsuite.mixing.mixup", "mixsuite.models.demo_cnn"} < set(modules_of_transfer(run))


def test_what_a_fine_tuning_is_not_the_text_s_is_said(root, base, demo):
    note = demo.description("transfer_claims")["stand_in_note"]
    assert "scikit-learn's digits (8 x 8) for CIFAR-100" in note
    assert "target dataset digits-pairs for cifar10" in note
    paper = load_catalog(root, base | {"scale": "paper"}).description("transfer_claims")
    assert not paper["stand_in"]
    assert "hurts-at-early-unfreezing" in {claim["id"] for claim in paper["claims"]}
    changes = {"treatments": {"mine": {"unfreezing": "early", "recipes": {"all": "cutout"}}}}
    own = load_catalog(root, base | {"scale": "paper", "transfers": {"few-images": changes}})
    assert own.description("transfer_claims")["stand_in_note"] == "treatments mine added"


def test_the_pretraining_has_a_schedule_of_its_own(root, base, demo):
    def pretrainings(catalog):
        runs = catalog.artefacts["transfer_claims"].runs("transfer").values()
        return [needed.identity for run in runs for needed in run.needs]

    own = pretrainings(demo)
    schedules = {demo.runs["training"][name].specification["schedule"]["batch_size"] for name in own}
    assert schedules == {64}
    changes = {
        name: pretrainings(load_catalog(root, base | {"schedules": {name: {"batch_size": 50}}}))
        for name in ("oh2024", "cifar", "pretraining")
    }
    assert [name for name, found in changes.items() if found != own] == ["pretraining"]


def test_other_bins_of_predictions_are_no_other_fine_tunings(root, base, demo):
    changed = load_catalog(root, base | {"transfers": {"few-images": {"calibration": {"bins": 10}}}})
    before, after = (catalog.artefacts["transfer_calibration"].runs("transfer") for catalog in (demo, changed))
    assert list(before) == list(after)
    shown = changed.description("transfer_calibration")["settings"]["transfers"]["calibration"]
    assert shown["bins"] == 10


def test_a_fine_tuning_can_start_from_weights_that_others_trained(root, base):
    source = {"weights": "imagenet-resnet18"}
    given = {"transfers": {"few-images": {"source": source, "training": {"image_size": 224}}}}
    catalog = load_catalog(root, base | {"scale": "paper"} | given)
    runs = catalog.artefacts["transfer_claims"].runs("transfer").values()
    (network,) = {needed.identity for run in runs for needed in run.needs}
    assert all(run.specification["pretrained"] == {"weights": network} for run in runs)
    weights = catalog.runs["weights"][network]
    assert "source" not in weights.specification
    assert weights.specification["model"] == {"family": "resnet", "depth": 18}
    assert weights_place(catalog.house, weights).endswith("resnet18-f37072fd.pth")
    assert "mixsuite.models.resnet" in modules_of_transfer(next(iter(runs)))
    note = catalog.description("transfer_claims")["footnotes"][-1]
    assert note.startswith("torchvision's ResNet-18, trained on ImageNet: source https")


def test_a_fine_tuning_that_cannot_be_run_says_why(root, base):
    catalog = load_catalog(root, base | {"stand_ins": {"datasets": {"cifar100": None}}})
    rows = catalog.description("transfer_claims")["rows"]
    assert {row["missing"].partition(" (")[0] for row in rows} == {"cifar100 is not run at the scale demo"}
    given = {"transfers": {"few-images": {"source": {"weights": "imagenet-resnet18"}}}}
    (reason,) = {row["missing"] for row in load_catalog(root, base | given).description("transfer_claims")["rows"]}
    assert reason == "the images of digits-pairs are grey, and the network was pretrained on coloured ones"


def test_a_mixing_is_part_of_its_descents_alone(demo):
    rows = {row.row.id: row for row in demo.artefacts["oh2024_mixing_distributions"].rows}
    usual = {run.identity for run in rows["uniform-subset/rare"].runs}
    assert usual <= set(demo.artefacts["oh2024_theorems"].runs("descent"))
    mixed = rows["beta-box/rare"].runs
    assert {json.dumps(run.specification["mixing"]) for run in mixed} == {
        '{"beta": 1.0, "shape": "box", "layout": [1, 3]}'
    }
    assert not usual & {run.identity for run in mixed}


def test_a_layout_that_does_not_fit_the_patches_is_one_message(root, base):
    with pytest.raises(ConfigError) as caught:
        load_catalog(root, base | {"patches": {"paper": {"patches": 4}}})
    assert str(caught.value) == (
        "workflow/papers: patch_mixings.beta-box.layout: found 1 x 3, expected rows x columns = 4, the patches of the "
        "setting paper"
    )


def test_a_bridge_has_a_run_per_method_on_the_patches_of_its_sweep(root, base, demo):
    planned = demo.artefacts["oh2024_bridge"]
    runs = planned.runs("bridge").values()
    assert [run.specification["method"] for run in runs] == ["erm", "cutout", "cutmix"]
    sweep = demo.sweep_specification("oh2024_bridge")
    for run in runs:
        assert run.specification["seeds"] == sweep["seeds"]
        assert run.specification["setting"] == sweep["base"]
    assert {row.method for row in planned.rows} == {"erm", "cutout", "cutmix"}
    assert not any(row.missing for row in planned.rows)
    changed = load_catalog(root, base | {"bridges": {"quadrants": {"training": {"epochs": 7}}}})
    assert changed.description("oh2024_bridge")["stand_in_note"] == "training epochs 7 for 40"
    # What the networks on images are trained with is nothing to the patch network.
    rows = {row["id"]: row["stand_in"] for row in changed.description("oh2024_bridge")["rows"]}
    assert rows == {
        f"{network}/{m}": network == "cnn" for network in ("patch", "cnn") for m in ("erm", "cutout", "cutmix")
    }
    assert not set(changed.runs["bridge"]) & set(demo.runs["bridge"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layout": [1, 3]}, "layout: found 1 x 3, expected rows x columns = 4, the patches of an image"),
        (
            {"image_size": 28},
            "image_size: found 28 with 3 channels in 2 x 2 patches, expected 768 values in each patch",
        ),
    ],
)
def test_a_bridge_that_cannot_be_is_one_message(root, base, change, message):
    with pytest.raises(ConfigError) as caught:
        load_catalog(root, base | {"bridges": {"quadrants": change}})
    assert str(caught.value).startswith(f"config.yaml: bridges.quadrants: {message}")


def test_landscapes_share_the_trainings_and_name_what_a_scale_changes(root, base, demo):
    planned = demo.artefacts["jeong2021_fig3b"]
    landscapes = planned.runs("landscape").values()
    assert {run.specification["run"] for run in landscapes} == set(planned.runs("training")) <= set(trainings(demo))
    assert demo.description("jeong2021_fig3b")["settings"]["landscapes"]["hessian"]["images"] == 300
    assert "hessian images 300 for 2000" in demo.description("jeong2021_fig3a")["stand_in_note"]
    assert "hessian" not in demo.description("jeong2021_fig3b")["stand_in_note"], "it does not show the Hessian"
    other = load_catalog(root, base | {"landscapes": {"hessian-plane": {"hessian": {"engine": "pyhessian"}}}})
    assert not set(other.runs["landscape"]) & set(demo.runs["landscape"])
    (settings,) = {run.specification["hessian"]["engine"] for run in other.runs["landscape"].values()}
    assert settings == "pyhessian"
    tool = {"landscapes": {"hessian-plane": {"hessian": {"engine": "pyhessian", "batch_size": 50}}}}
    paper = load_catalog(root, base | {"scale": "paper"} | tool).description("jeong2021_fig3a")
    assert not paper["stand_in"]
    fewer = {"landscapes": {"hessian-plane": {"gaussian": {"draws": 2}}}}
    noise = load_catalog(root, base | {"scale": "paper"} | fewer).description("jeong2021_fig3b")
    assert noise["stand_in_note"] == "gaussian draws 2 for 10"
    assert all(row["stand_in"] for row in noise["rows"])
    assert any("points 21" in footnote for footnote in paper["footnotes"])


def test_a_user_s_schedule_is_run_and_named(root, base):
    catalog = load_catalog(root, base | {"scale": "paper", "schedules": {"comixup": {"loss": "cross_entropy"}}})
    assert "loss cross_entropy for binary_cross_entropy" in catalog.description("jeong2021_table2")["stand_in_note"]
    (loss,) = {run.specification["schedule"]["loss"] for run in trainings(catalog, "jeong2021_table2").values()}
    assert loss == "cross_entropy"


def test_large_images_need_crops_and_small_ones_none(root, base, tmp_path):
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
    own = {"flowers": {"kind": "large_folder", "source": str(tmp_path)}}
    comparison = {"dataset": "flowers", "model": "resnet50", "recipes": ["vanilla"]}
    paper = base | {"scale": "paper", "datasets": own}
    with pytest.raises(ConfigError, match="flowers are of many sizes"):
        load_catalog(root, paper | {"comparison": comparison})
    good = load_catalog(root, paper | {"comparison": comparison | {"schedule": "imagenet"}})
    assert good.artefacts["comparison"].runs("training")
    assert good.dataset_files("flowers")[1].endswith("train/index.csv")
    small = comparison | {"dataset": "cifar10", "schedule": "imagenet"}
    with pytest.raises(ConfigError, match="cifar10 are prepared at one size"):
        load_catalog(root, paper | {"comparison": small})


def test_imagenet_is_not_run_without_its_folder(root, base, tmp_path):
    rows = load_catalog(root, base | {"scale": "paper"}).description("jeong2021_table3")["rows"]
    assert {row["missing"] for row in rows} == {
        "config.yaml: datasets.imagenet.source: missing, expected the folder that holds imagenet"
    }
    lab = load_catalog(root, base | {"scale": "lab"}).description("jeong2021_table3")["rows"]
    assert all("stand_ins: {datasets: {imagenet: imagenet}} runs it" in row["missing"] for row in lab)


def test_every_changed_part_of_a_setting_is_named(root, base, tmp_path):
    crop = {"size": 64, "resize": 72, "scale": [0.08, 1], "ratio": [0.75, 1.3333333333333333]}
    given = {"datasets": {"imagenet": {"source": str(tmp_path)}}, "schedules": {"imagenet": {"resized_crop": crop}}}
    note = load_catalog(root, base | {"scale": "paper"} | given).description("jeong2021_table3")["stand_in_note"]
    assert note == "resized crop size 64 for 224; resized crop resize 72 for 256"


def test_every_row_of_table_1_is_built_at_demo_scale(demo):
    rows = demo.description("jeong2021_table1")["rows"]
    assert len(rows) == 22
    assert [row["missing"] for row in rows if not row["runs"]] == []


def test_a_comparison_of_ones_own_is_an_artefact(root, base):
    own = {"dataset": "cifar100", "model": "pyramidnet110-a64", "recipes": ["vanilla", "cutout"]}
    catalog = load_catalog(root, base | {"comparison": own})
    description = catalog.description("comparison")
    assert [row["id"] for row in description["rows"]] == ["vanilla", "cutout"]
    assert description["title"] == "Comparison on CIFAR-100 with PyramidNet-110 (widening 64)"
    assert "digits" in description["stand_in_note"]
    assert "epochs" not in description["stand_in_note"], "no paper's schedule is replaced"
    assert any("epochs 25 for 300" in note for note in description["footnotes"])
    assert len(trainings(catalog, "comparison")) == 6


def test_a_folder_of_ones_own_stands_in(root, base, tmp_path):
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
    own = {"flowers": {"kind": "folder", "source": str(tmp_path), "image_size": 16}}
    catalog = load_catalog(root, base | {"datasets": own, "stand_ins": {"datasets": {"cifar100": "flowers"}}})
    assert catalog.dataset_source("flowers") == tmp_path
    datasets = {run.specification["dataset"]["name"] for run in trainings(catalog).values()}
    assert datasets == {"digits", "flowers"}


@pytest.mark.parametrize("target", ["all", "scorecard", "jeong2021", "oh2024_theorems", "results/demo/scorecard.md"])
def test_targets_that_exist_pass(demo, target):
    assert check_targets(demo, [target]) is None


def test_an_unknown_artefact_is_answered_with_the_likely_one(demo):
    with pytest.raises(ConfigError, match=r"unknown artefact 'jeong2021_tabel1' \(did you mean 'jeong2021_table1'\?\)"):
        check_targets(demo, ["jeong2021_tabel1"])


def test_an_artefact_of_a_paper_that_is_not_chosen_is_answered(root, base):
    catalog = load_catalog(root, base | {"papers": ["oh2024"]})
    with pytest.raises(ConfigError, match=r"config\.yaml's papers do not name jeong2021"):
        check_targets(catalog, ["jeong2021_table1"])


def test_a_comparison_that_is_not_set_is_answered(demo):
    with pytest.raises(ConfigError, match=r"comparison: there is none in config\.yaml"):
        check_targets(demo, ["comparison"])


def test_an_artefact_that_is_not_built_yet_is_answered(root, base):
    catalog = load_catalog(root, base)
    del catalog.built["jeong2021_table1"]
    with pytest.raises(ConfigError, match="does not build it yet"):
        check_targets(catalog, ["jeong2021_table1"])
