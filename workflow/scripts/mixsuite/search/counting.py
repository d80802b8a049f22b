"""The size of a network: parameters, and multiply-adds of one image."""

from __future__ import annotations

import math

import torch
from torch import nn

COUNTING_RULE = (
    "Parameters: all that are trained but those of an auxiliary head, which is no part of the network that is used. "
    "Multiply-adds: of one image through the convolutions and linear layers alone, biases, normalisation, activations, "
    "pooling and additions not counted; printed as FLOPs (M)."
)
"""How sizes are counted; said wherever they are shown."""


def count_parameters(network: nn.Module) -> int:
    """Return the number of parameters, those of an auxiliary head aside."""
    return sum(parameter.numel() for name, parameter in network.named_parameters() if not name.startswith("auxiliary."))


def count_multiply_adds(network: nn.Module, in_channels: int, image_size: int) -> int:
    """Return the multiply-adds of one image (in_channels, image_size, image_size) through convolutions and linears.

    A convolution has as many for each of its output's numbers as a filter has weights. The network is asked in
    evaluation mode, where an auxiliary head rests, and left in its own.
    """
    counts: list[int] = []

    def count(layer: nn.Module, _: object, output: torch.Tensor) -> None:
        # Weights are (out, in / groups, height, width) or (out, in).
        counts.append(output[0].numel() * math.prod(layer.weight.shape[1:]))

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    training, device = network.training, next(network.parameters()).device
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, in_channels, image_size, image_size, device=device))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return sum(counts)
