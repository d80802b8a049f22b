"""Every mistake is one message that names the file, the setting, what was found and what is expected."""

from __future__ import annotations

import copy
import importlib
import inspect
import shutil

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.config.load import load_house
from mixsuite.config.recipes import RECIPES
from mixsuite.config.strict import ConfigError
from mixsuite.config.transfers import NETWORK_METHODS
from mixsuite.config.yaml_file import read_yaml


@pytest.fixture(scope="session")
def base(root):
    return yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def house_files(root, tmp_path):
    """A copy of the files that are loaded, to be spoilt."""
    shutil.copytree(root / "workflow", tmp_path / "workflow", ignore=shutil.ignore_patterns("mixsuite"))
    return tmp_path


def refusal(root, config):
    with pytest.raises(ConfigError) as caught:
        load_house(root, config)
    return str(caught.value)


def test_the_project_as_it_is_loads(root, base):
    assert load_house(root, base).config.scale == "demo"


@pytest.mark.parametrize("scale", ["demo", "lab", "paper"])
@pytest.mark.parametrize("protocol", ["text", "released"])
def test_every_scale_and_protocol_loads(root, base, scale, protocol):
    house = load_house(root, base | {"scale": scale, "protocol": protocol})
    assert house.schedule("cifar").epochs == {"demo": 25, "lab": 60, "paper": 300}[scale]


CONFIG_MISTAKES = [
    ({"scale": "dmeo"}, ["config.yaml: scale", "'dmeo'", "did you mean 'demo'", "demo, lab, laptop, paper"]),
    ({"scael": "demo"}, ["config.yaml", "unknown key 'scael'", "did you mean 'scale'"]),
    ({"papers": ["oh2042"]}, ["config.yaml: papers", "'oh2042'", "oh2024"]),
    ({"papers": []}, ["config.yaml: papers", "at least 1 entry"]),
    ({"protocol": "texts"}, ["config.yaml: protocol", "'texts'", "'text' or 'released'"]),
    ({"seeds": 0}, ["config.yaml: seeds", "found 0", "greater than or equal to 1"]),
    ({"seeds": -3}, ["config.yaml: seeds", "found -3"]),
    ({"seeds": "many"}, ["config.yaml: seeds", "'many'", "a whole number"]),
    ({"datasets": {"mine": {"source": "."}}}, ["datasets.mine", "'mine'", "a folder of your own needs kind: folder"]),
    (
        {"datasets": {"mine": {"kind": "folder", "source": ".", "image_size": 8}}},
        ["datasets.mine.source", "without train/ and test/"],
    ),
    (
        {"datasets": {"mine": {"kind": "folder", "source": ".", "image_size": 100000}}},
        ["datasets.mine.image_size", "found 100000"],
    ),
    ({"datasets": {"mine": {"kind": "folder", "source": "", "image_size": 8}}}, ["datasets.mine.source", "some text"]),
    ({"datasets": 3}, ["config.yaml: datasets: found 3, expected a mapping of settings"]),
    ({"patches": {"paper": {"rarity": ["rare", "rare", "rare"]}}}, ["patches.paper", "expected each of common, rare"]),
    ({"patches": {"paper": {"samples": 1000000000}}}, ["patches.paper: samples", "less than or equal to 10000"]),
    ({"seeds": True}, ["config.yaml: seeds", "found True"]),
    ({"papers": ["oh2024", "oh2024"]}, ["config.yaml: papers", "'oh2024' twice"]),
    (
        {"datasets": {"cifar100": {"kind": "folder", "source": ".", "image_size": 32}}},
        ["datasets.cifar100: kind", "a name of your own"],
    ),
    ({"datasets": {"digits": {"source": "."}}}, ["datasets.digits: source", "a package ships the digits"]),
    (
        {"patches": {"paper": {"patches": 60}}},
        ["config.yaml: patches.paper: patches: found 60", "less than or equal to 16"],
    ),
    ({"patches": {"paper": {"steps": True}}}, ["config.yaml: patches.paper: steps: found True"]),
    ({"patches": {"paper": {"rho": [0.15, 0.8, 0.05]}}}, ["config.yaml: patches.paper", "the largest first"]),
    ({"patches": {"paper": {"rho": [0.8, 0.2, 0]}}}, ["config.yaml: patches.paper", "expected positive"]),
    ({"seeds": 2.5}, ["config.yaml: seeds", "2.5", "a whole number"]),
    ({"device": "gpu"}, ["config.yaml: device", "'gpu'", "'auto', 'cpu' or 'cuda'"]),
    ({"datasets": {"cifar11": {"source": "."}}}, ["config.yaml: datasets.cifar11", "did you mean 'cifar10'"]),
    (
        {"datasets": {"cifar10": {"source": "/no/such/folder"}}},
        ["config.yaml: datasets.cifar10.source", "'/no/such/folder'", "does not exist"],
    ),
    ({"datasets": {"mine": {"kind": "folder", "source": "."}}}, ["datasets.mine: image_size: missing"]),
    (
        {"datasets": {"mine": {"kind": "large_folder", "source": ".", "image_size": 32}}},
        ["datasets.mine: image_size: found 32", "resized_crop"],
    ),
    ({"datasets": {"photographs": {"source": "."}}}, ["datasets.photographs: source", "a package ships"]),
    (
        {"datasets": {"cifar10": {"checksums": True}}},
        ["datasets.cifar10: checksums", "expected it only for imagenet and large folders"],
    ),
    ({"processes": 0}, ["config.yaml: processes: found 0"]),
    ({"compile": "yes"}, ["config.yaml: compile: found 'yes'", "true or false"]),
    ({"schedules": {"cifra": {"epochs": 3}}}, ["config.yaml: schedules", "'cifra'", "did you mean 'cifar'"]),
    ({"schedules": {"cifar": {"epochs": 0}}}, ["config.yaml: schedules.cifar: epochs: found 0"]),
    ({"schedules": {"cifar": {"epoch": 3}}}, ["config.yaml: schedules.cifar", "'epoch'", "did you mean 'epochs'"]),
    (
        {"schedules": {"comixup": {"loss": "bce"}}},
        ["schedules.comixup: loss: found 'bce'", "'cross_entropy' or 'binary_cross_entropy'"],
    ),
    (
        {"schedules": {"cifar": {"resized_crop": {"size": 32, "resize": 36, "scale": [0.08, 1], "ratio": [1, 1]}}}},
        ["schedules.cifar", "padding: found 1, expected 0 with resized_crop"],
    ),
    (
        {
            "schedules": {
                "cifar": {"padding": 0, "resized_crop": {"size": 9, "resize": 8, "scale": [1, 1], "ratio": [1, 1]}}
            }
        },
        ["resize: found 8, expected at least the size 9"],
    ),
    (
        {
            "schedules": {
                "cifar": {"padding": 0, "resized_crop": {"size": 8, "resize": 8, "scale": [1, 0.5], "ratio": [1, 1]}}
            }
        },
        ["scale: found [1.0, 0.5], expected the smaller number first"],
    ),
    (
        {"schedules": {"cifar": {"normalisation": "data"}}},
        ["config.yaml: schedules.cifar: normalisation: found 'data', expected 'dataset'"],
    ),
    (
        {"schedules": {"cifar": {"normalisation": {"mean": [0.5], "std": [0.5, 0.2]}}}},
        ["schedules.cifar: normalisation: found 1 means and 2 deviations"],
    ),
    (
        {"landscapes": {"hessian-plan": {}}},
        ["config.yaml: landscapes", "'hessian-plan'", "did you mean 'hessian-plane'"],
    ),
    (
        {"landscapes": {"hessian-plane": {"surface": {"points": 10}}}},
        ["config.yaml: landscapes.hessian-plane: surface.points: found 10, expected an odd number"],
    ),
    (
        {"bridges": {"quadrants": {"recipes": {"mixup": "mixup"}}}},
        ["config.yaml: bridges.quadrants: recipes.mixup", "'erm', 'cutout' or 'cutmix'"],
    ),
    # Also where no artefact that is built shows a bridge.
    (
        {"papers": ["jeong2021"], "bridges": {"quadrants": {"model": "demo"}}},
        ["config.yaml: bridges.quadrants: model: found 'demo'", "demo-narrow"],
    ),
    (
        {"papers": ["jeong2021"], "bridges": {"quadrants": {"recipes": {"cutmix": "cutmx"}}}},
        ["config.yaml: bridges.quadrants: recipes.cutmix: found 'cutmx'"],
    ),
    (
        {"bridges": {"quadrants": {"training": {"epochs": 0}}}},
        ["config.yaml: bridges.quadrants: training.epochs: found 0"],
    ),
    (
        {"landscapes": {"hessian-plane": {"hessian": {"engin": "lanczos"}}}},
        ["landscapes.hessian-plane: hessian", "'engin'", "did you mean 'engine'"],
    ),
    ({"stand_ins": {"pictures": {"imagenet": "photos"}}}, ["stand_ins.pictures.imagenet", "'photos'"]),
    ({"datasets": {"mine": {"kind": "folder", "image_size": 32}}}, ["datasets.mine: source: missing"]),
    ({"datasets": {"mine": {"kind": "zip", "source": "."}}}, ["datasets.mine.kind", "'zip'", "'folder'"]),
    ({"stand_ins": {"models": {"resnet50": "resnet5000"}}}, ["stand_ins.models.resnet50", "'resnet5000'"]),
    ({"stand_ins": {"datasets": {"mnist": "digits"}}}, ["config.yaml: stand_ins.datasets", "'mnist'", "digits"]),
    ({"patches": {"papre": {"steps": 5}}}, ["config.yaml: patches", "'papre'", "did you mean 'paper'"]),
    ({"patches": {"paper": {"stpes": 5}}}, ["config.yaml: patches.paper", "'stpes'", "did you mean 'steps'"]),
    (
        {"patches": {"paper": {"rho": [0.8, 0.15, 0.15]}}},
        ["config.yaml: patches.paper", "rho", "sum 1.1", "expected the sum 1"],
    ),
    (
        {"patches": {"paper": {"rho": [1.3, 0, 0]}}},
        ["config.yaml: patches.paper: rho.0", "found 1.3", "less than or equal to 1"],
    ),
    ({"patches": {"paper": {"cut_size": 2}}}, ["config.yaml: patches.paper", "cut_size: found 2", "C < P/2"]),
    ({"patches": {"paper": {"alpha": 0}}}, ["config.yaml: patches.paper: alpha", "found 0", "greater than 0"]),
    ({"patches": {"paper": {"alpha": -1}}}, ["config.yaml: patches.paper: alpha", "found -1"]),
    ({"patches": {"paper": {"samples": 0}}}, ["config.yaml: patches.paper: samples", "found 0"]),
    ({"patches": {"paper": {"steps": -1}}}, ["config.yaml: patches.paper: steps", "found -1"]),
    (
        {"patches": {"paper": {"learning_rate": float("nan")}}},
        ["config.yaml: patches.paper: learning_rate", "nan", "finite"],
    ),
    ({"transfers": {"few-images": {"source": {"weights": "imagenet"}}}}, ["source.weights: found 'imagenet'"]),
    (
        {"weights": {"imagenet-resnet18": {"source": "nowhere.pth"}}},
        ["weights.imagenet-resnet18: source: found 'nowhere.pth', which does not exist; expected the file of"],
    ),
    (
        {"weights": {"imagenet-resnet18": {"sha256": "f37072fd"}}},
        ["weights.imagenet-resnet18: sha256: found 'f37072fd'"],
    ),
    ({"transfers": {"few-imges": {}}}, ["config.yaml: transfers", "'few-imges'", "did you mean 'few-images'"]),
    (
        {"transfers": {"few-images": {"target": {"images_per_clas": 5}}}},
        ["config.yaml: transfers.few-images: target", "'images_per_clas'", "did you mean 'images_per_class'"],
    ),
    (
        {"transfers": {"few-images": {"target": {"dataset": "cifar11"}}}},
        ["transfers.few-images: target.dataset: found 'cifar11'", "did you mean 'cifar10'"],
    ),
    (
        {"transfers": {"few-images": {"target": {"dataset": "cifar100"}}}},
        ["transfers.few-images: target.dataset: found 'cifar100', expected another one than the source's"],
    ),
    (
        {"transfers": {"few-images": {"source": {"model": "resnet17"}}}},
        ["transfers.few-images: source: model: found 'resnet17'"],
    ),
    (
        {"transfers": {"few-images": {"treatments": {"mine": {"unfreezing": "erly", "recipes": {"all": "vanilla"}}}}}},
        ["treatments.mine.unfreezing: found 'erly' (did you mean 'early'?)"],
    ),
    (
        {
            "transfers": {
                "few-images": {"treatments": {"mine": {"unfreezing": "staged", "recipes": {"head": "vanilla"}}}}
            }
        },
        ["treatments.mine.recipes: found head, expected one for each of head, tuning, late"],
    ),
    (
        {
            "transfers": {
                "few-images": {"treatments": {"mine": {"unfreezing": "early", "recipes": {"all": "dropblock"}}}}
            }
        },
        ["treatments.mine.recipes: found 'dropblock', whose method dropblock needs the network"],
    ),
    (
        {"transfers": {"few-images": {"unfreezing": {"mine": {"all": {"epochs": 1, "learning_rate": 0.1}}}}}},
        ["unfreezing.mine.all.unfrozen_stages: missing"],
    ),
    (
        {
            "transfers": {
                "few-images": {
                    "unfreezing": {"early": {"all": {"epochs": 1, "learning_rate": 0.1, "unfrozen_stages": "most"}}}
                }
            }
        },
        ["unfreezing.early.all.unfrozen_stages: found 'most', expected 'all'"],
    ),
    (
        {"comparison": {"dataset": "cifar10", "model": "demo-narrow", "recipes": ["cutmixx"]}},
        ["config.yaml: comparison: recipe", "'cutmixx'", "did you mean"],
    ),
    (
        {"comparison": {"dataset": "cifar10", "model": "demo-narrow", "recipes": []}},
        ["config.yaml: comparison.recipes"],
    ),
]


@pytest.mark.parametrize(("change", "said"), CONFIG_MISTAKES, ids=[str(change)[:60] for change, _ in CONFIG_MISTAKES])
def test_a_mistake_in_the_config(root, base, change, said):
    message = refusal(root, base | change)
    for part in said:
        assert part in message
    assert "\n" not in message, "one mistake, one line"


def test_a_switch_may_be_text_as_snakemake_passes_it(root, base):
    assert load_house(root, base | {"compile": "true"}).config.compile is True
    assert load_house(root, base | {"compile": "false"}).config.compile is False


def test_a_missing_setting_is_named(root, base):
    config = {key: value for key, value in base.items() if key != "scale"}
    assert refusal(root, config) == "config.yaml: scale: missing, expected a value"


FILE_MISTAKES = [
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: cutmux, alpha: 1}\n",
        ["recipes.yaml: x: method", "'cutmux'", "'cutmix'"],
    ),
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: cutmix, alpha: 0, probability: 1}\n",
        ["x: alpha: found 0", "greater than 0"],
    ),
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: cutmix, alpha: 1, probability: 1.5}\n",
        ["x: probability: found 1.5"],
    ),
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: dcutmix, images: 1, alpha: 1, probability: 1}\n",
        ["x: images: found 1"],
    ),
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: cutmix, alhpa: 1, probability: 1}\n",
        ["unknown key 'alhpa'", "'alpha'"],
    ),
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: puzzle_mix, alpha: 1, beta: 1, gamma: 1, eta: 1, labels: 3, neighbourhood: 4, "
        "transport: true, transport_size: 4, transport_cost: 1, blocks: rnd, clean_weight: 0}\n",
        ["x: blocks: found 'rnd', expected 'random'"],
    ),
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: saliencymix, alpha: 1, probability: 1, saliency: float}\n",
        ["x: saliency: found 'float'", "'uint8' or 'as_released'"],
    ),
    ("workflow/recipes.yaml", "x: 3\n", ["recipes.yaml: x: method: missing"]),
    (
        "workflow/recipes.yaml",
        "x: {title: X, method: mixup, alpha: 1, probability: 1, released: {alpha: -1}}\n",
        ["recipes.yaml: x: released: alpha: found -1"],
    ),
    ("workflow/models.yaml", "x: {title: X, famly: resnet}\n", ["models.yaml: x", "unknown key 'famly'", "'family'"]),
    (
        "workflow/models.yaml",
        "x: {title: X, family: demo_cnnn, settings: {}}\n",
        ["models.yaml: x: family", "'demo_cnnn' (did you mean 'demo_cnn'?)"],
    ),
    (
        "workflow/models.yaml",
        "x: {title: X, family: demo_cnn, settings: {widht: 16, blocks: 1}}\n",
        ["models.yaml: x: settings", "unknown key 'widht' (did you mean 'width'?)"],
    ),
    (
        "workflow/models.yaml",
        "x: {title: X, family: demo_cnn, settings: {width: -16, blocks: 1}}\n",
        ["models.yaml: x: settings: width: found -16"],
    ),
    ("workflow/datasets.yaml", "x: {kind: mnist}\n", ["datasets.yaml: x: kind", "'mnist'", "'digits'"]),
    ("workflow/datasets.yaml", "x: {kind: cifar10, part_of: cifar11}\n", ["datasets.yaml: x: part_of", "'cifar10'"]),
    ("workflow/scales/demo.yaml", "sedes: 3\n", ["workflow/scales/demo.yaml", "unknown key 'sedes'", "'seeds'"]),
    ("workflow/scales/demo.yaml", "- a\n", ["workflow/scales/demo.yaml: line", "did not find expected key"]),
]


@pytest.mark.parametrize(("file", "text", "said"), FILE_MISTAKES, ids=[text[:40] for _, text, _ in FILE_MISTAKES])
def test_a_mistake_in_a_file_of_the_workflow(house_files, base, file, text, said):
    path = house_files / file
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    message = refusal(house_files, base)
    for part in said:
        assert part in message


def test_a_key_that_is_there_twice_is_seen(house_files, base):
    path = house_files / "workflow" / "scales" / "demo.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "seeds: 4\n", encoding="utf-8")
    assert "'seeds' is there twice" in refusal(house_files, base)


def test_a_wrong_schedule_of_a_scale_names_the_scale(house_files, base):
    path = house_files / "workflow" / "scales" / "lab.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("epochs: 60", "epochs: 0", 1), encoding="utf-8")
    assert "workflow/scales/lab.yaml: schedules.cifar: epochs: found 0" in refusal(house_files, base | {"scale": "lab"})


def test_a_manifest_that_names_an_unknown_recipe(house_files, base):
    path = house_files / "workflow" / "papers" / "jeong2021.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("recipe: vanilla", "recipe: vanila", 1), encoding="utf-8")
    message = refusal(house_files, base)
    assert "workflow/papers/jeong2021.yaml" in message
    assert "'vanila' (did you mean 'vanilla'?)" in message


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["scale", "papers", "protocol", "seeds", "device", "datasets", "stand_ins", "patches", "comparison"]
)


@settings(max_examples=300)
@given(change=st.dictionaries(KEYS | st.text(max_size=5), JUNK, min_size=1, max_size=3))
def test_whatever_is_in_the_config_the_answer_is_a_message_or_a_house(root, base, change):
    config = copy.deepcopy(base) | change
    try:
        load_house(root, config)
    except ConfigError as error:
        assert str(error).strip()


def test_a_manifest_that_names_an_unknown_step(house_files, base):
    path = house_files / "workflow" / "papers" / "oh2024.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("step: plot_phase", "step: plot_phsae"), encoding="utf-8")
    assert "oh2024.yaml: phase: step: found 'plot_phsae' (did you mean 'plot_phase'?)" in refusal(house_files, base)


def test_a_manifest_with_a_row_that_is_no_treatment(house_files, base):
    path = house_files / "workflow" / "papers" / "transfer.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: scratch", "id: scrach"), encoding="utf-8")
    message = refusal(house_files, base)
    assert "workflow/papers/transfer.yaml: claims: rows: id: found 'scrach' (did you mean 'scratch'?)" in message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("groups: [[0, 1], [12]]", "groups.1.0: found 12"),
        ("groups: [[0, 1]]", "groups: found [[0, 1]]"),
        ("kind: cifar10", "skip_per_class: found 60, expected it only with kind: digits"),
    ],
)
def test_a_task_of_digits_is_checked(house_files, base, line, message):
    path = house_files / "workflow" / "datasets.yaml"
    text = path.read_text(encoding="utf-8").split("digits-pairs:")[0]
    kind = "" if line.startswith("kind") else "  kind: digits\n"
    path.write_text(f"{text}digits-pairs:\n{kind}  {line}\n  skip_per_class: 60\n", encoding="utf-8")
    assert f"workflow/datasets.yaml: digits-pairs: {message}" in refusal(house_files, base)


def test_methods_that_a_fine_tuning_cannot_use_are_those_that_ask_for_the_network():
    asking = {
        method
        for method in RECIPES
        if "network" in inspect.signature(importlib.import_module(f"mixsuite.mixing.{method}").build).parameters
    }
    assert asking == set(NETWORK_METHODS)


def test_a_manifest_that_names_an_unknown_sweep(house_files, base):
    path = house_files / "workflow" / "papers" / "oh2024.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("sweep: phase", "sweep: phsae"), encoding="utf-8")
    assert "phase: sweep 'phsae' (did you mean 'phase'?)" in refusal(house_files, base)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("    beta: 0.5\n", "    beta: 0\n", "patch_mixings.beta-free.beta: found 0, expected greater than 0"),
        ("shape: box", "shape: circle", "patch_mixings.beta-box.shape: found 'circle', expected 'free' or 'box'"),
        ("    layout: [1, 3]\n", "", "patch_mixings.beta-box: layout: missing, expected rows and columns"),
        ("shape: free", "shape: free\n    layout: [1, 3]", "layout: found [1, 3] for free sets of patches"),
        ("mixing: beta-free", "mixing: beta-fre", "mixing 'beta-fre' (did you mean 'beta-free'?)"),
        ("method: cutmix, mixing: beta-free", "method: erm, mixing: beta-free", "mixing: found 'beta-free' for erm"),
    ],
)
def test_a_manifest_with_a_bad_mixing(house_files, base, before, after, message):
    path = house_files / "workflow" / "papers" / "oh2024.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    assert message in refusal(house_files, base)


def test_a_web_address_is_a_source(root, base):
    house = load_house(
        root, base | {"datasets": {"cifar10": {"source": "https://mirror.example/cifar-10-python.tar.gz"}}}
    )
    assert house.config.datasets["cifar10"].source.startswith("https")


def test_an_empty_key_is_a_missing_one(root, base):
    house = load_house(root, base | {"datasets": None, "stand_ins": None, "patches": None})
    assert house.config.datasets == {}


def test_yaml_s_merge_keys_are_understood(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n")
    assert read_yaml(path, "x.yaml")["b"] == {"x": 1, "y": 3}


def test_a_folder_in_the_place_of_a_file_is_one_message(tmp_path):
    with pytest.raises(ConfigError, match=r"x\.yaml: cannot be read"):
        read_yaml(tmp_path, "x.yaml")
