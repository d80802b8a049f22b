import importlib.util
import json
from pathlib import Path

import pytest

from mixsuite.checks import SettingError
from mixsuite.models.genotype import parse_genotype
from mixsuite.search.counting import COUNTING_RULE
from mixsuite.search.sizes import count_networks

ROOT = Path(__file__).parents[2]
CELL = {"edges": [["skip_connect", 0], ["sep_conv_3x3", 1]], "concat": [2]}
FOUND = parse_genotype({"normal": CELL, "reduce": CELL})
SHAPE = {"n_classes": 1000, "in_channels": 3, "image_size": 224}


def published(name):
    genotype = json.loads((ROOT / "workflow" / "genotypes" / f"{name}.json").read_text())["genotype"]
    return {"model": {"family": "searched_imagenet", "genotype": genotype}, "searches": {}}


def searched(**searches):
    return {"model": {"family": "searched_imagenet"}, "searches": searches}


def test_counts_published_cells_and_those_of_each_seed():
    networks = {"printed": published("pc-darts-cifar10"), "own": searched(**{"0": "abc", "1": "def"})}
    found = count_networks({"networks": networks, **SHAPE}, {"abc": FOUND, "def": FOUND})
    assert found["rule"] == COUNTING_RULE
    assert found["sizes"]["printed"]["0"]["n_parameters"] == 5_270_560
    assert found["sizes"]["printed"]["0"]["n_multiply_adds"] == pytest.approx(571.1e6, abs=5e4)
    assert found["sizes"]["printed"]["0"]["n_flops"] == pytest.approx(586.4e6, abs=5e4)
    assert found["sizes"]["own"]["0"] == found["sizes"]["own"]["1"]
    assert found["sizes"]["own"]["0"]["n_parameters"] < 3_000_000


def test_a_search_without_its_genotype_is_named():
    with pytest.raises(SettingError, match="genotypes: found none of the search abc"):
        count_networks({"networks": {"own": searched(**{"0": "abc"})}, **SHAPE}, {})


def test_the_program_finds_genotypes_by_their_folders(tmp_path, capsys):
    spec = importlib.util.spec_from_file_location("count_networks", ROOT / "workflow" / "scripts" / "count_networks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    file, output = tmp_path / "abc" / "genotype.json", tmp_path / "sizes.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"genotype": FOUND.as_json()}))
    networks = json.dumps({"networks": {"own": searched(**{"0": "abc"})}, **SHAPE})
    arguments = ["--networks", networks, "--output", str(output)]
    assert module.main([*arguments, "--genotypes", str(file)]) == 0
    assert json.loads(output.read_text())["sizes"]["own"]["0"]["n_parameters"] > 0
    file.write_text("{}")
    assert module.main([*arguments, "--genotypes", str(file)]) == 1
    assert "lacks the key 'genotype'" in capsys.readouterr().err
