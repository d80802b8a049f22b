"""The multiply-adds and the weights of a network, counted without computing anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from mixsuite.files import canonical_json
from mixsuite.models.registry import build_model
from mixsuite.overview.sizes import Size
from mixsuite.search.architecture import Architecture
from mixsuite.search.specification import NETWORK_KEYS
from mixsuite.search.supernet import Supernet

_SUPERNET = "the supernet of a search"
_TYPICAL_CELL = {"edges": [["sep_conv_3x3", 0], ["skip_connect", 1]] * 4, "concat": [2, 3, 4, 5]}


def network_operations(model: Mapping[str, Any], size: Size) -> tuple[float, int]:
    """Return the multiply-adds of one image's way forward through the network `model`, and its number of weights."""
    return _counted(canonical_json(with_typical_cells(model)), size.n_classes, size.channels, size.side)


def with_typical_cells(model: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `model`, with cells of a usual size where it names a search, whose cells are not known before it ends."""
    if not isinstance(model.get("genotype"), str):
        return model
    return {**model, "genotype": {"normal": _TYPICAL_CELL, "reduce": _TYPICAL_CELL}}


def supernet_of(search: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings of the network that a `search` trains, to be counted as another network's."""
    return {"family": _SUPERNET, **{key: search[key] for key in NETWORK_KEYS}}


@cache
def _counted(model: str, n_classes: int, channels: int, side: int) -> tuple[float, int]:
    # On the device `meta` tensors have shapes and no content.
    with torch.device("meta"):
        settings, images = json.loads(model), torch.empty(1, channels, side, side)
        shape = {"n_classes": n_classes, "in_channels": channels, "image_size": side}
        inputs = (images,)
        if settings["family"] == _SUPERNET:
            settings.pop("family")
            network, inputs = Supernet(**shape, **settings).eval(), (images, Architecture(settings["nodes"]))
        else:
            network = build_model(settings, **shape).eval()
        with FlopCounterMode(display=False) as counter:
            network(*inputs)
    # Two operations are a multiply-add.
    return counter.get_total_flops() / 2, sum(weights.numel() for weights in network.parameters())
