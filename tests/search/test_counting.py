import json
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mixsuite.models.registry import build_model
from mixsuite.search.counting import count_flops, count_multiply_adds, count_parameters

GENOTYPES = Path(__file__).parents[2] / "workflow" / "genotypes"


def network(name, family="searched_imagenet", size=224, **changes):
    genotype = json.loads((GENOTYPES / f"pc-darts-{name}.json").read_text())["genotype"]
    model = {"family": family, "genotype": genotype, **changes}
    return build_model(model, n_classes=1000, in_channels=3, image_size=size)


@pytest.mark.parametrize(
    ("name", "parameters", "multiply_adds", "flops"),
    [("cifar10", 5_270_560, 571_137_408, 586), ("imagenet", 5_342_464, 581_627_328, 597)],
)
def test_published_genotypes_have_their_size(name, parameters, multiply_adds, flops):
    """Printed are 5.3 M and 586 M, 5.3 M and 597 M (jeong2021, Table 5)."""
    found = network(name)
    assert count_parameters(found) == parameters
    assert count_multiply_adds(found, 3, 224) == multiply_adds
    assert round(count_flops(found, 3, 224) / 1e6) == flops


class LiteralCounter:
    """A network's sizes in arithmetic alone, layer by layer, from DARTS' description of it; no layer is built."""

    def __init__(self):
        self.parameters = self.multiply_adds = self.others = 0

    def convolution(self, inputs, outputs, size, side, groups=1):
        self.parameters += outputs * inputs // groups * size**2
        self.multiply_adds += side**2 * outputs * inputs // groups * size**2

    def norm(self, channels, side):
        self.parameters += 2 * channels
        self.others += 2 * channels * side**2

    def each(self, channels, side):
        """Count a ReLU or a pooling: one for each number that goes in."""
        self.others += channels * side**2

    def reduction(self, inputs, outputs, side):
        self.each(inputs, side)
        for _ in range(2):
            self.convolution(inputs, outputs // 2, 1, side // 2)
        self.norm(outputs, side // 2)

    def operation(self, name, channels, side, stride):
        if name == "skip_connect":
            if stride == 2:
                self.reduction(channels, channels, side)
        elif "pool" in name:
            self.each(channels, side)
        else:
            for turn in range(2 if name.startswith("sep") else 1):
                out = side // stride
                self.each(channels, out if turn else side)
                self.convolution(channels, channels, int(name[-1]), out, groups=channels)
                self.convolution(channels, channels, 1, out)
                self.norm(channels, out)

    def cell(self, cell, previous, sides, channels, reduced, reduces):
        if reduced:
            self.reduction(previous[0], channels, sides[0])
        else:
            self.each(previous[0], sides[0])
            self.convolution(previous[0], channels, 1, sides[0])
            self.norm(channels, sides[0])
        self.each(previous[1], sides[1])
        self.convolution(previous[1], channels, 1, sides[1])
        self.norm(channels, sides[1])
        for name, source in cell["edges"]:
            # From a reduction's own nodes on, its states are half as large.
            inner = reduces and source > 1
            self.operation(name, channels, sides[1] // (2 if inner else 1), 2 if reduces and not inner else 1)

    def imagenet(self, genotype, channels, cells, n_classes, side):
        for inputs, outputs, relu in (
            (3, channels // 2, True),
            (channels // 2, channels, True),
            (channels, channels, False),
        ):
            side //= 2
            self.convolution(inputs, outputs, 3, side)
            self.norm(outputs, side)
            if relu:
                self.each(outputs, side)
        previous, sides, reduced = (channels, channels), (2 * side, side), True
        for place in range(cells):
            reduces = place in (cells // 3, 2 * cells // 3)
            channels *= 2 if reduces else 1
            kind = genotype["reduce" if reduces else "normal"]
            self.cell(kind, previous, sides, channels, reduced, reduces)
            previous, sides = (previous[1], 4 * channels), (sides[1], sides[1] // (2 if reduces else 1))
            reduced = reduces
        self.each(previous[1], sides[1])
        self.parameters += (previous[1] + 1) * n_classes
        self.multiply_adds += previous[1] * n_classes
        return self


# DARTS' second-order cell, of which a user's ptflops counted 544.59 M (quark0/darts, issue 46).
DARTS_V2 = {
    "normal": {
        "edges": [
            *(("sep_conv_3x3", 0), ("sep_conv_3x3", 1), ("sep_conv_3x3", 0), ("sep_conv_3x3", 1)),
            *(("sep_conv_3x3", 1), ("skip_connect", 0), ("skip_connect", 0), ("dil_conv_3x3", 2)),
        ],
        "concat": [2, 3, 4, 5],
    },
    "reduce": {
        "edges": [
            *(("max_pool_3x3", 0), ("max_pool_3x3", 1), ("skip_connect", 2), ("max_pool_3x3", 1)),
            *(("max_pool_3x3", 0), ("skip_connect", 2), ("skip_connect", 2), ("max_pool_3x3", 1)),
        ],
        "concat": [2, 3, 4, 5],
    },
}


def test_flops_are_those_that_ptflops_counted_for_another_cell():
    model = {"family": "searched_imagenet", "genotype": DARTS_V2}
    found = build_model(model, n_classes=1000, in_channels=3, image_size=224)
    assert round(count_flops(found, 3, 224) / 1e6, 2) == 544.59


@pytest.mark.parametrize("name", ["cifar10", "imagenet"])
@pytest.mark.parametrize(("channels", "cells", "side"), [(8, 3, 64), (12, 7, 96)])
def test_sizes_are_those_of_arithmetic_alone(name, channels, cells, side):
    genotype = json.loads((GENOTYPES / f"pc-darts-{name}.json").read_text())["genotype"]
    expected = LiteralCounter().imagenet(genotype, channels, cells, 1000, side)
    found = network(name, size=side, channels=channels, cells=cells)
    assert count_parameters(found) == expected.parameters
    assert count_multiply_adds(found, 3, side) == expected.multiply_adds
    assert count_flops(found.train(), 3, side) == expected.multiply_adds + expected.others
    assert found.training


def test_multiply_adds_are_half_of_torchs_flops():
    small = network("cifar10", "searched_cifar", 8, channels=4, cells=3).eval()
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        small(torch.zeros(1, 3, 8, 8))
    assert count_multiply_adds(small, 3, 8) == counter.get_total_flops() / 2


def test_by_hand():
    layers = nn.Sequential(nn.Conv2d(3, 4, 3, groups=1), nn.Conv2d(4, 4, 3, groups=4), nn.Flatten(), nn.Linear(16, 5))
    assert count_multiply_adds(layers.train(), 3, 6) == 4 * 16 * 27 + 4 * 4 * 9 + 16 * 5
    assert layers.training
    assert count_parameters(layers) == 4 * 28 + 4 * 10 + 17 * 5
