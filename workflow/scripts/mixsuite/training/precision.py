"""The precision of the forward passes."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def autocast(device: torch.device, precision: str) -> AbstractContextManager:
    """Return the context in which networks compute on `device` in `precision`, a key of a schedule.

    With `bfloat16` torch chooses operation by operation which of them it may round; weights stay float32.
    """
    return nullcontext() if precision == "float32" else torch.autocast(device.type, dtype=torch.bfloat16)
