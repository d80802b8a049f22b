"""Stochastic gradient descent with momentum and weight decay, the arithmetic of torch.optim.SGD bit for bit.

torch.optim brings in the compiler (torch._dynamo) at its first use, which takes longer than a short training.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


class SGD:
    """Updates `parameters` in place; those without a gradient stay as they are.

    With gradient g of a weight w: g + weight_decay w goes into v = momentum v + g, and w falls by rate times v, or with
    `nesterov` by rate times (g + momentum v).
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], momentum: float, nesterov: bool, weight_decay: float
    ) -> None:
        """Start at rest; `velocities` (v) are in the order of the parameters."""
        self._parameters = list(parameters)
        self._momentum, self._nesterov, self._weight_decay = momentum, nesterov, weight_decay
        self.velocities = [torch.zeros_like(parameter) for parameter in self._parameters]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Take one step with the learning `rate` along the gradients, and clear them."""
        moved = [(w, v) for w, v in zip(self._parameters, self.velocities, strict=True) if w.grad is not None]
        weights, velocities = [w for w, _ in moved], [v for _, v in moved]
        gradients = [w.grad for w in weights]
        if self._weight_decay:
            torch._foreach_add_(gradients, weights, alpha=self._weight_decay)
        torch._foreach_mul_(velocities, self._momentum)
        torch._foreach_add_(velocities, gradients)
        if self._nesterov:
            torch._foreach_add_(gradients, velocities, alpha=self._momentum)
            directions = gradients
        else:
            directions = velocities
        torch._foreach_add_(weights, directions, alpha=-rate)
        for weight in weights:
            weight.grad = None
