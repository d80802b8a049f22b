from __future__ import annotations

from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mixsuite.config.patches import PatchMethod
from mixsuite.config.recipes import RECIPES
from mixsuite.reporting.methods import METHODS, method_style

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
WHITE = np.array([0.95047, 1, 1.08883])


def lab(colour: str, sight: str) -> np.ndarray:
    """CIELAB of `colour` as somebody with `sight` sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(XYZ @ np.clip(np.array(SIGHT[sight]) @ linear, 1e-3, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_methods_stay_apart(sight):
    looks = {style.colour: name for name, style in METHODS.items()}
    colours = {name: lab(colour, sight) for colour, name in looks.items()}
    near = {(a, b): np.linalg.norm(colours[a] - colours[b]) for a, b in combinations(colours, 2)}
    # About two is the smallest difference that side by side one can see.
    assert min(near.values()) > 15, min(near, key=near.get)


def test_colours_show_on_white():
    assert all(lab(style.colour, "normal")[0] < 80 for style in METHODS.values())


def test_every_method_of_both_papers_has_a_look():
    assert {*RECIPES, *get_args(PatchMethod)} <= set(METHODS)


def test_only_the_two_names_of_plain_training_share_a_look():
    looks = [(style.colour, style.marker) for name, style in METHODS.items() if name != "vanilla"]
    assert len(set(looks)) == len(looks)
    assert (METHODS["vanilla"].colour, METHODS["vanilla"].marker) == looks[list(METHODS).index("erm")]


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match=r"did you mean 'cutmix'\?\); expected one of co_mixup, cutmix"):
        method_style("cutmux")
