"""The modules that a step loads by name, which no reading of its code can find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mixsuite
from mixsuite.catalog.datasets import form_of

_ROOT = Path(mixsuite.__file__).parent.parent
_DATA = {"cifar10": "cifar", "cifar100": "cifar"}
"""Kinds of datasets that are not read by the module of their name."""

_OF_LARGE_IMAGES = ("mixsuite.data.index", "mixsuite.data.indexed")

_OF_SUBSETS = ("mixsuite.data.subset",)


def module_of_method(method: str) -> str:
    """Return the module of a mixing method."""
    return f"mixsuite.mixing.{method}"


def module_of_network(family: str) -> str:
    """Return the module of a family of networks."""
    return f"mixsuite.models.{family}"


def module_of_dataset(kind: str) -> str:
    """Return the module that prepares datasets of `kind`."""
    return f"mixsuite.data.{_DATA.get(kind, kind)}"


def module_of_patch_method(method: str) -> str:
    """Return the module that a synthetic experiment with `method` loads by name."""
    return f"mixsuite.patches.{method}"


def modules_of(specification: dict[str, Any]) -> tuple[str, ...]:
    """Return the modules that a training loads by name: its method's, its network's, those for its form of dataset."""
    named = module_of_method(specification["recipe"]["method"]), module_of_network(specification["model"]["family"])
    large = _OF_LARGE_IMAGES if form_of(specification["dataset"]["kind"]) == "index" else ()
    return named + large + modules_of_subset(specification["dataset"])


def modules_of_subset(dataset: dict[str, Any]) -> tuple[str, ...]:
    """Return the modules that read the images of `dataset`, if it is a subset of one."""
    return _OF_SUBSETS if "subset" in dataset else ()


def exists(module: str) -> bool:
    """Return whether this version has the module."""
    return (_ROOT / Path(*module.split("."))).with_suffix(".py").is_file()
