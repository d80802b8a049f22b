"""What trained networks withstand, as it is planned: evaluations, adversarial sets, stand-ins, what is missing."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.robustness import modules_of_adversarial_set, modules_of_evaluation
from mixsuite.config.strict import ConfigError

TABLE, DETECTION = "jeong2021_table4", "jeong2021_sm_table3"


@pytest.fixture(scope="module")
def load(root):
    base = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    return lambda **changes: load_catalog(root, base | changes)


@pytest.fixture
def imagenet(tmp_path):
    """What a user with ImageNet, ImageNet-A and ImageNet-O sets."""
    for name in ("imagenet", "a", "o"):
        (tmp_path / name).mkdir()
    return {
        "scale": "paper",
        "datasets": {"imagenet": {"source": str(tmp_path / "imagenet")}},
        "image_sets": {"imagenet_a": str(tmp_path / "a"), "imagenet_o": str(tmp_path / "o")},
    }


def evaluations(catalog, artefact=TABLE):
    return catalog.artefacts[artefact].runs("evaluation").values()


def rows(catalog, artefact=TABLE):
    return {row["id"]: row for row in catalog.description(artefact)["rows"]}


def test_rows_of_one_network_share_its_evaluation(load):
    catalog = load()
    assert len(evaluations(catalog)) == 4 * 3
    measured = {name: row["measured"]["evaluation"] for name, row in rows(catalog).items()}
    assert measured["white_box_fgsm/cutmix"] == measured["imagenet_a/cutmix"]
    assert len(evaluations(catalog, DETECTION)) == 6 * 3


def test_adversarial_sets_are_made_once_per_substitute(load):
    made = load().runs["adversarial_set"].values()
    substitutes = {run.needed("training").label: run.specification["attack"]["method"] for run in made}
    assert substitutes == {
        "Vanilla on digits with demo-wide, seed 100": "pgd",
        "Vanilla on digits with demo-deep, seed 100": "pgd",
    }
    shown = {run.identity for artefact in load().artefacts.values() for row in artefact.rows for run in row.runs}
    assert not shown & {run.needed("training").identity for run in made}, "no row shows the network that attacks it"


def test_an_evaluation_names_all_that_it_is_made_of(load):
    evaluation, *_ = evaluations(load())
    specification = evaluation.specification
    assert specification["run"] == evaluation.needed("training").identity
    made = {run.identity for run in evaluation.needs if run.kind == "adversarial_set"}
    assert set(specification["adversarial_sets"].values()) == made
    assert specification["adversarial_sets"].keys() == {"gray_box_pgd", "black_box_pgd"}
    assert specification["white_box"]["white_box_fgsm"] == {"method": "fgsm", "epsilon": 8, "space": "pixels"}
    assert specification["shifted_sets"]["imagenet_a"]["kind"] == "rotated_noisy"


@pytest.mark.slow
def test_the_other_readings_are_other_evaluations(load):
    for change in ({"space": "normalised"}, {"class_mask": "unmasked"}, {"epsilon": 4}):
        other = load(robustness={"attacks": change})
        assert not {run.identity for run in evaluations(other)} & {run.identity for run in evaluations(load())}
        assert set(other.artefacts[TABLE].runs("training")) == set(load().artefacts[TABLE].runs("training"))
    (epsilon,) = {run.specification["white_box"]["white_box_fgsm"]["epsilon"] for run in evaluations(other)}
    assert epsilon == 4


def test_another_epsilon_is_no_longer_the_paper_s_and_another_reading_is(load, imagenet):
    other = load(**imagenet, robustness={"attacks": {"epsilon": 4}})
    assert other.description(TABLE)["stand_in_note"] == "epsilon 4 for 8"
    assert all(row["stand_in"] for row in rows(other).values()), "the score card reads the rows"
    reading = load(**imagenet, robustness={"attacks": {"space": "normalised", "class_mask": "unmasked"}})
    assert not reading.description(TABLE)["stand_in"]


def test_rows_of_a_substitute_that_stands_in_say_so(load, imagenet):
    catalog = load(**imagenet, stand_ins={"models": {"resnet152": "resnet50"}})
    stand_ins = {row.row.id for row in catalog.artefacts[TABLE].rows if row.stand_in_notes}
    assert stand_ins == {name for name in rows(catalog) if name.startswith("black_box_pgd/")}
    assert catalog.description(TABLE)["stand_in_note"] == "ResNet-50 for ResNet-152"


def test_only_rows_that_show_a_stand_in_say_so(load):
    planned = {row.row.id: row.stand_in_notes for row in load().artefacts[TABLE].rows}
    assert "turned and noisy test images for imagenet_a" in planned["imagenet_a/vanilla"]
    assert not any("imagenet_a" in note for note in planned["gray_box_pgd/vanilla"])
    detecting = {note for row in load().artefacts[DETECTION].rows for note in row.stand_in_notes}
    assert "patches of photographs for imagenet_o" in detecting


def test_the_real_sets_are_taken_from_the_user_s_folders(load, imagenet):
    catalog = load(**imagenet)
    assert not any(row["missing"] for row in rows(catalog).values())
    assert not catalog.description(TABLE)["stand_in"]
    (settings,) = {run.specification["shifted_sets"]["imagenet_a"]["folder"] for run in evaluations(catalog)}
    assert settings == "imagenet_a"
    assert not catalog.runs["stand_in_set"]
    specifications = str([run.specification for run in evaluations(catalog)])
    assert imagenet["image_sets"]["imagenet_a"] not in specifications, "where images lie makes no other run"
    substitutes = [run for run in catalog.runs["training"].values() if run.seed == 100]
    assert sorted(run.specification["model"]["depth"] for run in substitutes) == [50, 152]


def test_a_missing_folder_leaves_out_its_rows_alone(load, imagenet):
    catalog = load(**{**imagenet, "image_sets": {}})
    missing = {name for name, row in rows(catalog).items() if row["missing"]}
    assert missing == {name for name in rows(catalog) if name.startswith("imagenet_a/")}
    (reason,) = {row["missing"] for row in rows(catalog, DETECTION).values()}
    assert reason.startswith("config.yaml: image_sets.imagenet_o: missing, expected a folder")


def test_a_substitute_that_is_not_run_leaves_out_its_rows_alone(load, imagenet):
    catalog = load(**imagenet, stand_ins={"models": {"resnet152": None}})
    assert {name.partition("/")[0] for name, row in rows(catalog).items() if row["missing"]} == {"black_box_pgd"}


def test_what_stands_in_for_a_set_is_made_of_small_images(load, imagenet):
    made = {"kind": "rotated_noisy", "angle": 10, "noise": 0, "seed": 0}
    catalog = load(**imagenet, stand_ins={"image_sets": {"imagenet_a": made}})
    (reason,) = {row["missing"] for row in rows(catalog).values() if row["missing"]}
    assert "a stand-in for imagenet_a is made of small ones" in reason


def test_modules_that_are_loaded_by_name(load, imagenet):
    small, *_ = evaluations(load())
    assert set(modules_of_evaluation(small)) >= {"mixsuite.models.demo_cnn", "mixsuite.robustness.margin_pgd"}
    assert not any("indexed" in module for module in modules_of_evaluation(small))
    large, *_ = load(**imagenet).runs["adversarial_set"].values()
    assert {"mixsuite.robustness.indexed_pixels", "mixsuite.robustness.pgd"} <= set(modules_of_adversarial_set(large))


def test_a_user_s_folder_goes_before_what_the_scale_makes(load, tmp_path):
    (tmp_path / "set").mkdir()
    named = {"image_sets": {"imagenet_a": str(tmp_path / "set")}}
    (reason,) = {row["missing"] for row in rows(load(**named)).values() if row["missing"]}
    assert "with image files, but the networks are trained on digits, prepared as arrays" in reason
    (tmp_path / "set" / "images.npy").touch()
    assert not any(row["missing"] for row in rows(load(**named)).values())
    assert "imagenet_a" not in load(**named).description(TABLE)["stand_in_note"]
    neither = load(stand_ins={"image_sets": {"imagenet_a": "null"}})
    (reason,) = {row["missing"] for row in rows(neither).values() if row["missing"]}
    assert reason.startswith("config.yaml: image_sets.imagenet_a: missing")


def test_one_setting_of_an_attack_is_changed_alone_and_another_method_replaces_all(load):
    def gray(change):
        made = load(robustness={"attacks": {"attacks": {"gray_box_pgd": change}}}).runs["adversarial_set"].values()
        return [run.specification["attack"] for run in made if run.label.startswith("gray")]

    (attack,) = gray({"steps": 20})
    assert (attack["method"], attack["steps"], attack["step_size"]) == ("pgd", 20, 2)
    (attack,) = gray({"method": "fgsm", "gradients_of": "same"})
    assert attack == {"method": "fgsm", "epsilon": 8, "space": "pixels"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_sets": {"imagenet_b": "."}}, "config.yaml: image_sets: found 'imagenet_b'"),
        ({"image_sets": {"imagenet_a": "nowhere"}}, "image_sets.imagenet_a: found 'nowhere', which is no folder"),
        ({"stand_ins": {"image_sets": {"imagenet_a": {"kind": "x"}}}}, "stand_ins.image_sets.imagenet_a"),
        (
            {"robustness": {"attacks": {"attacks": {"a": {"steps": 2}}}}},
            "config.yaml: robustness.attacks: attacks.a.method: missing",
        ),
        (
            {"robustness": {"attacks": {"shifted": ["imagenet_c"]}}},
            "config.yaml: robustness.attacks: shifted or unknown: found 'imagenet_c'",
        ),
        ({"robustness": {"attack": {}}}, "config.yaml: robustness: found 'attack'"),
        ({"robustness": {"attacks": {"epsilon": 0}}}, "robustness.attacks: epsilon: found 0, expected greater than 0"),
        ({"robustness": {"attacks": {"space": "linf"}}}, "space: found 'linf', expected 'pixels' or 'normalised'"),
        (
            {"robustness": {"attacks": {"substitutes": {"seed": 2}}}},
            "substitutes.seed: found 2, expected greater than or equal to 100",
        ),
        (
            {"robustness": {"attacks": {"attacks": {"a": {"method": "pgb", "gradients_of": "itself"}}}}},
            "attacks.a.method: found 'pgb', expected 'fgsm', 'pgd', 'margin_pgd'",
        ),
        (
            {"robustness": {"attacks": {"attacks": {"gray_box_pgd": {"method": "fgsm", "gradients_of": "resnet51"}}}}},
            "attacks.gray_box_pgd.gradients_of: found 'resnet51'",
        ),
        ({"robustness": {"attacks": {"substitutes": {"recipe": "vanila"}}}}, "did you mean 'vanilla'"),
    ],
)
def test_a_mistake_is_one_message(load, changes, message):
    with pytest.raises(ConfigError) as error:
        load(**changes)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
