"""Adam (Kingma and Ba 2015) with an L2 penalty in the gradient, the arithmetic of torch.optim.Adam.

torch.optim brings in the compiler (torch._dynamo) at its first use, which takes longer than a short search.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

_EPSILON = 1e-8


class Adam:
    """Updates `parameters` in place along the gradients that it is given; `betas` are the decays of both moments."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], rate: float, betas: tuple[float, float], weight_decay: float
    ) -> None:
        """Start at rest; `state` holds the first and second moments and the number of steps, as tensors by name."""
        self.parameters = list(parameters)
        self._rate, self._betas, self._weight_decay = rate, betas, weight_decay
        self._first = [torch.zeros_like(parameter) for parameter in self.parameters]
        self._second = [torch.zeros_like(parameter) for parameter in self.parameters]
        self._steps = torch.zeros((), dtype=torch.int64)

    @property
    def state(self) -> dict[str, torch.Tensor]:
        """The tensors themselves: what is copied into them is the state that the next step goes on from."""
        moments = {"first": self._first, "second": self._second}
        named = {f"{what}.{place}": tensor for what, all_ in moments.items() for place, tensor in enumerate(all_)}
        return named | {"steps": self._steps}

    @torch.no_grad()
    def step(self, gradients: Iterable[torch.Tensor]) -> None:
        """Take one step along `gradients`, one per parameter."""
        self._steps += 1
        steps = int(self._steps)
        decays = [1 - beta**steps for beta in self._betas]
        for weight, gradient, first, second in zip(self.parameters, gradients, self._first, self._second, strict=True):
            gradient = gradient + self._weight_decay * weight
            first.lerp_(gradient, 1 - self._betas[0])
            second.mul_(self._betas[1]).addcmul_(gradient, gradient, value=1 - self._betas[1])
            denominator = (second.sqrt() / decays[1] ** 0.5).add_(_EPSILON)
            weight.addcdiv_(first, denominator, value=-self._rate / decays[0])
