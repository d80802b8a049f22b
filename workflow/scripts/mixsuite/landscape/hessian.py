"""Exact products of the mean loss's Hessian with vectors."""

from __future__ import annotations

import torch
from torch.nn import functional

from mixsuite.landscape.images import Labelled
from mixsuite.landscape.weights import Weights, flatten
from mixsuite.models.evaluating import check_evaluating


class Hessian:
    """The Hessian H (size × size) of the mean cross-entropy L, in nats, of a network over labelled images.

    H v is the gradient of ⟨∇L, v⟩, by a second backward pass through the first one (Pearlmutter 1994): exact up to
    rounding, in the precision of the weights. The network must be in evaluation mode.
    """

    def __init__(self, weights: Weights, data: Labelled, batch_size: int) -> None:
        """Images go through the network `batch_size` at a time.

        Where they all fit in one batch its graph is kept, which spares every product but the last pass.

        Raises:
            ValueError: a part of the network is in training mode.
        """
        check_evaluating(weights.model)
        self.weights = weights
        self.batches = list(data.batches(batch_size))
        self.products = 0
        """How many products were computed."""
        self._n_images = len(data)
        self._kept = self._gradient_graph(*self.batches[0]) if len(self.batches) == 1 else None

    def gradient(self) -> torch.Tensor:
        """Return ∇L (size,)."""
        if self._kept is not None:
            return flatten(self._kept).detach()
        return sum(flatten(self._gradient_graph(*batch, create_graph=False)) for batch in self.batches)

    def product(self, vector: torch.Tensor) -> torch.Tensor:
        """Return H v for a `vector` v (size,)."""
        self.products += 1
        parts = self.weights.split(vector)
        if self._kept is not None:
            return self._second_pass(self._kept, parts, retain_graph=True)
        return sum(self._second_pass(self._gradient_graph(*batch), parts) for batch in self.batches)

    def _gradient_graph(
        self, images: torch.Tensor, labels: torch.Tensor, create_graph: bool = True
    ) -> tuple[torch.Tensor, ...]:
        with _exact_float32():
            loss = functional.cross_entropy(self.weights.model(images), labels, reduction="sum") / self._n_images
            return torch.autograd.grad(loss, self.weights.tensors, create_graph=create_graph)

    def _second_pass(
        self, gradient: tuple[torch.Tensor, ...], parts: list[torch.Tensor], retain_graph: bool = False
    ) -> torch.Tensor:
        with _exact_float32():
            second = torch.autograd.grad(gradient, self.weights.tensors, parts, retain_graph=retain_graph)
        return flatten(second)


def _exact_float32():
    # By default a GPU's convolutions round their inputs to 10 bits (TF32), too coarse for small eigenvalues.
    return torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
