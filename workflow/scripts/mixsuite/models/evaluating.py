"""Whether a network is evaluating: with running statistics, and without layers that drop anything."""

from __future__ import annotations

from torch import nn


def check_evaluating(model: nn.Module) -> None:
    """Raise ValueError where a part of `model` is in training mode: it would answer by the batch and change by it."""
    for name, module in model.named_modules():
        if module.training:
            raise ValueError(f"{name or 'the network'}: is in training mode, expected evaluation mode: call eval()")
