"""A small bridge: images of 8 x 8 pixels in four patches."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

BRIDGE = {
    "method": "cutmix",
    "setting": {
        "patches": 4,
        "dimension": 48,
        "samples": 24,
        "sigma_d": 0.3,
        "sigma_b": 0.05,
        "alpha": 0.005,
        "rho": [0.6, 0.3, 0.1],
        "rarity": ["common", "rare", "extremely_rare"],
        "beta": 0.1,
        "r": 1.0,
        "learning_rate": 1.0,
        "cut_size": 1,
        "steps": 20,
        "sigma_0": 0.01,
        "test_samples": 100,
    },
    "layout": [2, 2],
    "image_size": 8,
    "channels": 3,
    "model": {"family": "demo_cnn", "width": 4, "blocks": 1},
    "recipe": {"method": "cutmix", "alpha": 1.0, "probability": 1.0},
    "training": {
        "epochs": 3,
        "batch_size": 10,
        "learning_rate": 0.1,
        "momentum": 0.9,
        "nesterov": True,
        "weight_decay": 0.0005,
        "milestones": [0.5],
        "decay": 0.1,
        "warmup_epochs": 1,
    },
    "test_samples": 20,
    "seeds": 2,
}


@pytest.fixture
def mapping() -> Callable[..., dict[str, Any]]:
    """Return the small bridge as a plain mapping; `changes` of its parts change these alone."""

    def make(**changes: Any) -> dict[str, Any]:
        whole = copy.deepcopy(BRIDGE)
        for name, change in changes.items():
            whole[name] = whole[name] | change if isinstance(change, dict) else change
        return whole

    return make
