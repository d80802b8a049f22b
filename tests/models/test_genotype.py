import copy
import json
from pathlib import Path

import pytest

from mixsuite.checks import SettingError
from mixsuite.models.genotype import OPERATIONS, parse_genotype, read_genotype

PUBLISHED = sorted((Path(__file__).parents[2] / "workflow" / "genotypes").glob("*.json"))
CELL = {"edges": [["skip_connect", 0], ["sep_conv_3x3", 1], ["max_pool_3x3", 2], ["dil_conv_5x5", 0]], "concat": [2, 3]}
GENOTYPE = {"normal": CELL, "reduce": copy.deepcopy(CELL)}


def changed(place, value):
    data = copy.deepcopy(GENOTYPE)
    *path, last = place
    part = data
    for key in path:
        part = part[key]
    part[last] = value
    return data


def test_reads_what_it_writes():
    genotype = parse_genotype(GENOTYPE)
    assert genotype.as_json() == GENOTYPE
    assert genotype.normal.n_nodes == 2
    assert genotype.normal.edges_of(1) == (("max_pool_3x3", 2), ("dil_conv_5x5", 0))


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_genotypes_have_four_nodes(path):
    genotype = read_genotype(path)
    assert genotype.normal.n_nodes == genotype.reduce.n_nodes == 4
    assert json.loads(path.read_text())["source"].startswith("yuhuixu1993/PC-DARTS, genotypes.py")


def test_there_are_two_published_genotypes():
    assert [path.stem for path in PUBLISHED] == ["pc-darts-cifar10", "pc-darts-imagenet"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1], "genotype: found .*, expected settings normal, reduce"),
        ({"normal": CELL}, "genotype: missing key 'reduce'"),
        (changed(["normal", "edges", 0, 0], "sep_conv_3x4"), "normal: edges: 0: found 'sep_conv_3x4' .*'sep_conv_3x3'"),
        (changed(["normal", "edges", 0, 0], "none"), "normal: edges: 0: found 'none'"),
        (changed(["normal", "edges", 1], "skip_connect"), "edges: 1: found 'skip_connect', expected an operation and"),
        (changed(["reduce", "edges", 2, 1], 3), "reduce: edges: 2: found the state 3, expected one of the 3 before it"),
        (changed(["reduce", "edges", 2, 1], -1), "reduce: edges: 2: found -1"),
        (changed(["reduce", "edges"], CELL["edges"][:3]), "reduce: edges: found 3, expected 2 for each node"),
        (changed(["normal", "concat"], []), "normal: concat: found none"),
        (changed(["normal", "concat"], [4]), "normal: concat: found the state 4"),
        (changed(["normal", "concat"], 2), "normal: concat: found 2, expected a list"),
    ],
)
def test_another_form_is_refused_in_one_message(data, message):
    with pytest.raises(SettingError, match=message):
        parse_genotype(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not JSON"), ("[]", "lacks the key 'genotype'"), ('{"genotype": 1}', "genotype: found 1")],
)
def test_a_file_of_another_form_is_named(tmp_path, text, message):
    path = tmp_path / "cells.json"
    path.write_text(text)
    with pytest.raises(SettingError, match=f"^{path}: {message}"):
        read_genotype(path)


def test_the_search_space_has_darts_eight_operations():
    assert len(OPERATIONS) == len(set(OPERATIONS)) == 8
