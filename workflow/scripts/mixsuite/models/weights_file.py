"""Files of weights, held against the network that they are for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from mixsuite.checks import SettingError


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors in `path` (.safetensors) by name; raise ValueError where it cannot be read."""
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path}: cannot be read ({error}), expected the weights of a network") from None


def check_shapes(source: Path | str, weights: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]) -> None:
    """Raise SettingError unless the `weights` of `source` have the names and shapes of those `expected`."""
    for name in sorted(expected.keys() | weights.keys()):
        found, wanted = (str(tuple(each[name].shape)) if name in each else "none" for each in (weights, expected))
        if found != wanted:
            raise SettingError(f"{source}: {name}: found the shape {found}, expected {wanted}")
