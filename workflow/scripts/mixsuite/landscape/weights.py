"""The weights of a network as one vector: that of the parameters which are perturbed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn

from mixsuite.checks import check_choice

PARAMETERS = ("all", "without_normalisation")
"""Which parameters are perturbed: all of them, or all but the scales and shifts of normalisation layers."""

_NORMALISATION = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)


class Weights:
    """The chosen parameters of `model`, one after the other, as a vector of `size` numbers.

    The running statistics of batch normalisation are no parameters: they are never perturbed.
    """

    def __init__(self, model: nn.Module, parameters: str = "all") -> None:
        """`parameters` is one of PARAMETERS; raises SettingError if not."""
        check_choice("parameters", parameters, PARAMETERS)
        left_out = _normalisation_parameters(model) if parameters == "without_normalisation" else set()
        chosen = {name: tensor for name, tensor in model.named_parameters() if id(tensor) not in left_out}
        self.model = model
        self.names = list(chosen)
        self.tensors = list(chosen.values())
        self.size = sum(tensor.numel() for tensor in self.tensors)

    @property
    def device(self) -> torch.device:
        """Where they are."""
        return self.tensors[0].device

    @property
    def dtype(self) -> torch.dtype:
        """Their precision."""
        return self.tensors[0].dtype

    def vector(self) -> torch.Tensor:
        """Return a copy of the weights, (size,)."""
        return flatten(self.tensors).detach()

    def split(self, vector: torch.Tensor) -> list[torch.Tensor]:
        """Return views of `vector` (size,) in the shapes of the parameters."""
        parts = vector.split([tensor.numel() for tensor in self.tensors])
        return [part.view(tensor.shape) for part, tensor in zip(parts, self.tensors, strict=True)]

    @torch.no_grad()
    def set(self, vector: torch.Tensor) -> None:
        """Give the network the weights `vector` (size,)."""
        for tensor, values in zip(self.tensors, self.split(vector), strict=True):
            tensor.copy_(values)

    @contextmanager
    def restored(self) -> Iterator[torch.Tensor]:
        """Yield the weights (see `vector`); afterwards the network has these again, whatever was set."""
        before = self.vector()
        try:
            yield before
        finally:
            self.set(before)


def flatten(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the numbers of all `tensors` in one new vector."""
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def _normalisation_parameters(model: nn.Module) -> set[int]:
    layers = (layer for layer in model.modules() if isinstance(layer, _NORMALISATION))
    return {id(tensor) for layer in layers for tensor in layer.parameters(recurse=False)}
