"""What the tests of the search room share: a small learnable dataset, a search on it, the literal supernet."""

import copy
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mixsuite.data.arrays import ImageArrays, arrays_sha256, write_split
from mixsuite.search.task import assemble_search

SEARCH = {
    "channels": 4,
    "cells": 3,
    "nodes": 2,
    "partial": 2,
    "epochs": 4,
    "warmup_epochs": 1,
    "batch_size": 16,
    "learning_rate": 0.1,
    "final_learning_rate": 0.0,
    "momentum": 0.9,
    "weight_decay": 0.0003,
    "gradient_norm": 5,
    "architecture_learning_rate": 0.01,
    "architecture_betas": [0.5, 0.999],
    "architecture_weight_decay": 0.001,
    "architecture_gradient_norm": 10,
    "split": "stratified",
    "weight_share": 0.5,
    "padding": 1,
    "flip": True,
    "normalisation": "dataset",
}


@pytest.fixture(scope="session")
def literal():
    """Give the supernet word by word and what copies weights to it."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("literal_pc_darts.py"))))


@pytest.fixture
def new_search():
    """Make the specification of a search, some of its settings replaced."""

    def make(**changes):
        run = {"dataset": {"kind": "folder", "name": "bars"}, "search": copy.deepcopy(SEARCH), "seed": 0}
        for key, value in changes.items():
            (run if key in run else run["search"])[key] = value
        return run

    return make


@pytest.fixture(scope="session")
def train_split():
    """Make 73 noisy images of six classes, each with a bright row of its own."""
    rng = np.random.default_rng(0)
    labels = np.arange(73) % 6
    images = rng.integers(0, 120, (73, 8, 8, 1), dtype=np.uint8)
    images[np.arange(73), labels + 1] += 120
    statistics = {"mean": [0.3], "std": [0.2], "classes": list("abcdef"), "source": "made up", "n": 73}
    return ImageArrays(images, labels, {**statistics, "sha256": arrays_sha256(images, labels)})


@pytest.fixture(scope="session")
def prepared(train_split, tmp_path_factory):
    """Write the small dataset in its prepared form, the same images as train and as test split."""
    folder = tmp_path_factory.mktemp("prepared")
    keys = ("classes", "mean", "std", "source")
    for name in ("train", "test"):
        description = {key: train_split.description[key] for key in keys}
        write_split(folder / name, train_split.images, train_split.labels, description)
    return folder


@pytest.fixture
def new_task(new_search, train_split):
    """Make a search task on the small dataset, some settings of the search replaced."""

    def make(**changes):
        return assemble_search(new_search(**changes), train_split, torch.device("cpu"))

    return make
