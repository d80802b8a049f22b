"""What scores images and searches cells at the papers' scale, written down apart from the settings' files."""

from __future__ import annotations

import importlib
import inspect
import json

import pytest

from mixsuite.config.load import load_house


@pytest.fixture(scope="module")
def house(root):
    return load_house(root, {"scale": "paper", "papers": ["jeong2021"], "protocol": "text"})


def holds(settings: object, expected: dict) -> None:
    """Check that `settings` have the `expected` values."""
    values = settings.model_dump(mode="json")
    assert {key: values[key] for key in expected} == expected


def test_images_are_scored_as_the_supplement_says(house):
    settings = house.settings("subsampling", "high-cv")
    # "The number of non-anchor images and their Dirichlet sampling parameter as 2 and {2/9, 2/9}", "M, as 10", "the
    # optimal φ_i = 0.5", "a newly subsampled set D for each class" (jeong2021, supplementary material).
    given = {"images": 1 + 2, "alpha": pytest.approx(2 / 9), "draws": 10, "anchor_ratio": 0.5}
    holds(settings.mixed_losses, given)
    assert settings.pool == "class"


def test_searches_have_the_settings_of_pc_darts(house):
    """Read in yuhuixu1993/PC-DARTS, train_search.py and model_search.py, and quark0/darts, architect.py."""
    settings = house.settings("searches", "pc-darts")
    network = {"channels": 16, "cells": 8, "nodes": 4, "partial": 4}
    weights = {
        "learning_rate": 0.1,
        "final_learning_rate": 0,
        "momentum": 0.9,
        "weight_decay": 3e-4,
        "gradient_norm": 5,
    }
    architecture = {
        "architecture_learning_rate": 6e-4,
        "architecture_betas": [0.5, 0.999],
        "architecture_weight_decay": 1e-3,
        "architecture_gradient_norm": 10,
    }
    course = {"epochs": 50, "warmup_epochs": 15, "batch_size": 256, "weight_share": 0.5, "padding": 4, "flip": True}
    holds(settings, network | weights | architecture | course)
    assert settings.released == {"split": "unshuffled", "final_learning_rate": 0.001}


def test_searched_networks_are_trained_as_pc_darts_trains_them(house):
    """Read in yuhuixu1993/PC-DARTS, train.py, train_imagenet.py and README.md."""
    common = {"momentum": 0.9, "nesterov": False, "gradient_norm": 5, "milestones": []}
    cifar = {"epochs": 600, "batch_size": 96, "learning_rate": 0.025, "weight_decay": 3e-4, "annealing": "cosine"}
    imagenet = {"epochs": 250, "batch_size": 1024, "learning_rate": 0.5, "weight_decay": 3e-5, "annealing": "linear"}
    holds(house.protocols["searched-cifar"].text, common | cifar)
    holds(house.protocols["searched-imagenet"].text, common | imagenet | {"warmup_epochs": 5})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "cifar10",
            {
                "normal": "sep3 1, skip 0 | sep3 0, dil3 1 | sep5 0, sep3 1 | avg 0, dil3 1",
                "reduce": "sep5 1, max 0 | sep5 1, sep5 2 | sep3 0, sep3 3 | sep3 1, sep3 2",
            },
        ),
        (
            "imagenet",
            {
                "normal": "skip 1, sep3 0 | sep3 0, skip 1 | sep3 1, sep3 3 | sep3 1, dil5 4",
                "reduce": "sep3 0, skip 1 | dil5 2, max 1 | sep3 2, sep3 1 | sep5 0, sep3 3",
            },
        ),
    ],
)
def test_published_cells_are_those_of_pc_darts(root, name, expected):
    """A second transcription of yuhuixu1993/PC-DARTS, genotypes.py."""
    short = {"skip_connect": "skip", "max_pool_3x3": "max", "avg_pool_3x3": "avg"}
    short |= {f"{kind}_conv_{size}x{size}": f"{kind}{size}" for kind in ("sep", "dil") for size in (3, 5)}
    genotype = json.loads((root / "workflow" / "genotypes" / f"pc-darts-{name}.json").read_text())["genotype"]
    for kind, words in expected.items():
        edges = [f"{short[operation]} {source}" for operation, source in genotype[kind]["edges"]]
        assert " | ".join(", ".join(edges[node : node + 2]) for node in range(0, 8, 2)) == words
        assert genotype[kind]["concat"] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("searched-cifar", {"channels": 36, "cells": 20, "auxiliary_weight": 0.4, "drop_path": 0.3}),
        ("searched-imagenet", {"channels": 48, "cells": 14, "auxiliary_weight": 0.4, "drop_path": 0}),
    ],
)
def test_searched_networks_have_the_sizes_of_pc_darts(house, model, expected):
    """Read in yuhuixu1993/PC-DARTS, train.py and train_imagenet.py."""
    family = importlib.import_module(f"mixsuite.models.{house.models[model].family}")
    defaults = {name: each.default for name, each in inspect.signature(family.build).parameters.items()}
    values = defaults | house.models[model].settings
    assert {key: values[key] for key in expected} == expected
