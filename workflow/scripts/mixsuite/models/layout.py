"""The layout in memory in which a device computes convolutions fastest."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

_T = TypeVar("_T", torch.Tensor, nn.Module)


def fastest_layout(what: _T) -> _T:
    """Return images (N, C, H, W) or a network in the layout that is fastest where it is; a network itself is changed.

    On CPUs convolutions are up to twice as fast with channels last. The network must have it too: images of one channel
    look the same in both layouts.
    """
    device = what.device if isinstance(what, torch.Tensor) else next(what.parameters()).device
    # Both have a method `to` that takes it.
    return what.to(memory_format=torch.channels_last) if device.type == "cpu" else what
