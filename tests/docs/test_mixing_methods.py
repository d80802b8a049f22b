"""The loops of docs/mixing-methods.md, taken from the page and run."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn

from mixsuite.config.load import load_house
from mixsuite.mixing.registry import build_mix

SIZE, CLASSES = 8, 4


@pytest.fixture(scope="module")
def snippets(root) -> list[str]:
    page = (root / "docs" / "mixing-methods.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


@pytest.fixture(scope="module")
def recipes(root):
    return load_house(root, {"scale": "demo", "papers": ["jeong2021"], "protocol": "text"}).recipes


@pytest.fixture
def names():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIZE * SIZE, CLASSES))
    batch = torch.randn(6, 3, SIZE, SIZE), torch.arange(6) % CLASSES
    return {
        "model": model,
        "optimizer": torch.optim.SGD(model.parameters(), lr=0.1),
        "loader": [batch] * 3,
        "n_classes": CLASSES,
    }


def test_the_loop_trains(snippets, names):
    before = names["model"][1].weight.clone()
    exec(compile(snippets[0], "docs/mixing-methods.md", "exec"), names)
    assert torch.isfinite(names["loss"])
    assert not torch.equal(names["model"][1].weight, before)
    torch.testing.assert_close(names["targets"].sum(dim=1), torch.ones(6))


def test_salient_patches_are_mixed(snippets, names):
    images = torch.randn(6, 3, SIZE, SIZE)
    names |= {
        "images": images,
        "targets": torch.eye(CLASSES)[torch.arange(6) % CLASSES],
        "pixels": torch.randint(256, (6, 3, SIZE, SIZE), dtype=torch.uint8),
        "generator": torch.Generator().manual_seed(0),
        "build_mix": build_mix,
    }
    exec(compile(snippets[1], "docs/mixing-methods.md", "exec"), names)
    assert not torch.equal(names["images"], images)
    torch.testing.assert_close(names["targets"].sum(dim=1), torch.ones(6))


@pytest.mark.parametrize("recipe", ["puzzle-mix", "co-mixup"])
def test_methods_that_need_the_network_take_any_module(names, recipes, recipe):
    mix = build_mix(recipes[recipe].settings("text"), network=names["model"], std=torch.ones(3, 1, 1))
    images, labels = names["loader"][0]
    mixed, targets = mix(images, nn.functional.one_hot(labels, CLASSES).float(), torch.Generator().manual_seed(0))
    assert mixed.shape == images.shape
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(6))
