import json
from pathlib import Path

import pytest
import yaml

from mixsuite.checks import SettingError
from mixsuite.config.genotypes import Genotype, read_genotypes
from mixsuite.config.networks import parse_network
from mixsuite.config.searches import SearchReference, SearchSettings
from mixsuite.config.strict import ConfigError, validate
from mixsuite.models.genotype import parse_genotype
from mixsuite.search.specification import SEARCH_KEYS

ROOT = Path(__file__).parents[2]
SETTINGS = yaml.safe_load((ROOT / "workflow" / "searches.yaml").read_text())["pc-darts"]["settings"]
CELL = {"edges": [["skip_connect", 0], ["sep_conv_3x3", 1]], "concat": [2]}


def settings(**changes):
    return validate(SearchSettings, {**SETTINGS, **changes}, "here")


def test_a_search_is_told_what_it_checks_and_no_more():
    assert set(settings().under("text")) == set(SEARCH_KEYS)


def test_the_released_protocol_changes_split_and_last_rate():
    text, released = (settings().under(protocol) for protocol in ("text", "released"))
    changed = {key: value for key, value in released.items() if text[key] != value}
    assert changed == {"split": "unshuffled", "final_learning_rate": 0.001}


@pytest.mark.parametrize(
    ("reference", "total", "epochs"),
    [
        ({}, 50, (50, 15)),
        ({"epochs": 0.2, "warmup_epochs": 0.1}, 50, (10, 5)),
        ({"epochs": 0.5, "warmup_epochs": 0.3}, 50, (25, 15)),
        ({"epochs": 0.2, "warmup_epochs": 0.1}, 10, (2, 1)),
        ({"epochs": 0.2}, 50, (10, 9)),
        ({"epochs": 0.01}, 10, (1, 0)),
    ],
)
def test_fractions_of_epochs(reference, total, epochs):
    found = SearchReference(dataset="cifar100", **reference).shortened({"epochs": total, "warmup_epochs": 15, "x": 1})
    assert (found["epochs"], found["warmup_epochs"], found["x"]) == (*epochs, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": "shuffled"}, "here: split: found 'shuffled', expected 'stratified' or 'unshuffled'"),
        ({"warmup_epochs": 50}, "warmup_epochs: found 50 of 50 epochs, expected fewer"),
        ({"channels": 18}, "channels: found 18, expected a multiple of partial, 4"),
        ({"released": {"splt": "unshuffled"}}, "unknown key 'splt'.*'split'"),
        ({"weight_share": 1}, "here: weight_share: found 1"),
    ],
)
def test_wrong_settings_are_named(changes, message):
    with pytest.raises(ConfigError, match=message):
        settings(**changes)


@pytest.mark.parametrize(
    "change",
    [
        {"edges": [["skip_conect", 0], ["sep_conv_3x3", 1]]},
        {"edges": [["skip_connect", 2], ["sep_conv_3x3", 1]]},
        {"edges": [["skip_connect", 0]]},
        {"concat": [3]},
        {"concat": []},
        {"edge": []},
    ],
)
def test_genotypes_are_refused_as_networks_refuse_them(change):
    data = {"normal": CELL, "reduce": {**CELL, **change}}
    with pytest.raises(ConfigError, match="here: reduce"):
        validate(Genotype, data, "here")
    with pytest.raises(SettingError):
        parse_genotype(data)


def test_a_genotype_file_of_another_form_is_named(tmp_path):
    folder = tmp_path / "workflow" / "genotypes"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text(json.dumps({"title": "mine", "genotype": {}}))
    with pytest.raises(ConfigError, match=r"workflow/genotypes/mine\.json: source: missing"):
        read_genotypes(tmp_path)


def test_networks_name_genotypes():
    genotypes = read_genotypes(ROOT)
    network = {"title": "x", "family": "searched_cifar", "settings": {"genotype": "pc-darts-cifar10"}}
    found = parse_network(network, "here", genotypes)
    assert parse_genotype(found.specification()["genotype"]).normal.n_nodes == 4
    assert not found.lacks_cells
    with pytest.raises(ConfigError, match=r"here: settings\.genotype: found 'pc-darts-cifar1' .*'pc-darts-cifar10'"):
        parse_network({**network, "settings": {"genotype": "pc-darts-cifar1"}}, "here", genotypes)
    assert parse_network({**network, "settings": {}}, "here", genotypes).lacks_cells
