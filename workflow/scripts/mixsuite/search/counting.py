"""The size of a network: parameters, multiply-adds of one image, and the FLOPs that tables of searches print."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import nn

from mixsuite.models.cell_operations import FactorizedReduce
from mixsuite.models.searched import SearchedNetwork

COUNTING_RULE = (
    "Parameters: all that are trained but those of an auxiliary head, which is no part of the network that is used. "
    "FLOPs: of one image, as ptflops counts them: one for each multiply-add of a convolution or linear layer, two for "
    "each number that is normalised, one for each that goes into a ReLU or a pooling; additions of paths and the "
    "auxiliary head not counted. So counted the published cells have the FLOPs that are printed for them."
)
"""How sizes are counted; said wherever they are shown."""

_FLOPS_PER_NUMBER = {nn.BatchNorm2d: 2, nn.ReLU: 1, nn.MaxPool2d: 1, nn.AvgPool2d: 1, FactorizedReduce: 1}
"""For each number that goes in. A FactorizedReduce begins with a ReLU; its other layers are counted by themselves."""

_Hook = Callable[[nn.Module, tuple[torch.Tensor, ...], torch.Tensor], None]


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
    _watch(network, [(layer, count) for layer in layers], (in_channels, image_size, image_size))
    return sum(counts)


def count_flops(network: SearchedNetwork, in_channels: int, image_size: int) -> int:
    """Return the FLOPs of one image as ptflops counts them (sovrasov/flops-counter.pytorch, flops_counter.py).

    They are the multiply-adds, and `_FLOPS_PER_NUMBER` for the other layers. Nobody says that Xu et al. (2019) used
    that counter; found by trying: it gives 586.4 M and 597.2 M for their genotypes, which they print as 586 and 597.
    """
    counts: list[int] = []

    def count(layer: nn.Module, inputs: tuple[torch.Tensor, ...], _: object) -> None:
        counts.append(_FLOPS_PER_NUMBER[type(layer)] * inputs[0].numel())

    def count_last_pooling(_: object, __: object, output: torch.Tensor) -> None:
        counts.append(output.numel())

    layers = [layer for layer in network.modules() if type(layer) in _FLOPS_PER_NUMBER]
    hooks = [*((layer, count) for layer in layers), (network.cells[-1], count_last_pooling)]
    _watch(network, hooks, (in_channels, image_size, image_size))
    return count_multiply_adds(network, in_channels, image_size) + sum(counts)


def _watch(network: nn.Module, hooks: Iterable[tuple[nn.Module, _Hook]], shape: tuple[int, int, int]) -> None:
    """Send one image of `shape` through `network` in evaluation mode, with `hooks` on its layers."""
    handles = [layer.register_forward_hook(hook) for layer, hook in hooks]
    training, device = network.training, next(network.parameters()).device
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, *shape, device=device))
    finally:
        network.train(training)
        for handle in handles:
            handle.remove()
