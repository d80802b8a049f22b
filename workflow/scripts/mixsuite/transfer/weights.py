"""Weights that torchvision publishes: checked, and written in the suite's own form."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

import torch

from mixsuite.checks import SettingError, check_keys
from mixsuite.data.download import checksum_of, fetch
from mixsuite.models.registry import build_model
from mixsuite.models.weights_file import check_shapes

_WEB = ("http://", "https://")
_PARTS = {"conv1": "stem.0", "bn1": "stem.1", "fc": "classifier"}
_PARTS |= {f"layer{number}": f"stages.{number - 1}" for number in range(1, 5)}
"""The parts of torchvision's ResNets, and where they are in a StagedNetwork (mixsuite.models.resnet)."""


def read_weights(settings: dict[str, Any], source: str, cache: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a ResNet in the file `source`, a path or an address, by the names of the suite's network.

    `settings`: {"sha256", "model": {"family", ...}, "classes", "image_size", "mean", "std"}. What is served from an
    address is kept in `cache`. The file is a pickle, of which torch reads tensors alone and runs nothing.

    Raises:
        ValueError: the file is missing, cannot be fetched, or has another sha256; it holds something else than weights,
            or those of another network than the settings say.
    """
    check_keys("weights", settings, ("sha256", "model", "classes", "image_size", "mean", "std"))
    path = _checked_file(source, settings["sha256"], cache)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path}: cannot be read ({reason}), expected torchvision's weights of a network") from None
    if not (isinstance(found, dict) and all(isinstance(value, torch.Tensor) for value in found.values())):
        raise ValueError(f"{path}: found no tensors by name, expected torchvision's weights of a network")
    weights = {_own_name(name): value.contiguous() for name, value in found.items()}
    _check_network(path, weights, settings)
    return weights


def _checked_file(source: str, sha256: str, cache: Path) -> Path:
    if source.startswith(_WEB):
        return fetch(source, cache / source.rpartition("/")[2], sha256)
    path = Path(source).expanduser()
    if not path.is_file():
        raise SettingError(f"{path}: no such file, expected the weights with sha256 {sha256}")
    if (found := checksum_of(path, hashlib.sha256().name)) != sha256:
        raise SettingError(f"{path}: has sha256 {found}, expected {sha256}: damaged or another file")
    return path


def _own_name(name: str) -> str:
    part, _, rest = name.partition(".")
    return f"{_PARTS.get(part, part)}.{rest}"


def _check_network(path: Path, weights: dict[str, torch.Tensor], settings: dict[str, Any]) -> None:
    with torch.random.fork_rng(devices=[]):
        network = build_model(
            settings["model"],
            n_classes=settings["classes"],
            in_channels=len(settings["mean"]),
            image_size=settings["image_size"],
        )
    expected = network.state_dict()
    # Files of the first years lack the counts of batches.
    weights |= {name: expected[name] for name in expected.keys() - weights.keys() if name.endswith("_tracked")}
    check_shapes(path, weights, expected)
