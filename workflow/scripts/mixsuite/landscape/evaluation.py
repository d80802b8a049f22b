"""Loss and error of a network with many different weights on the same images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch.nn import functional

from mixsuite.landscape.images import Labelled
from mixsuite.landscape.weights import Weights
from mixsuite.models.evaluating import check_evaluating

# Numbers in a batch of images. A GPU wants much work at a time; what a batch makes in a CPU should stay in its cache.
_BATCH_VALUES = {"cpu": 200 * 8 * 8, "cuda": 1000 * 3 * 32 * 32}
_SMALLEST_BATCH = 32


@dataclass(frozen=True)
class Measured:
    """Mean cross-entropy `loss` in nats and top-1 `error` in %, float64, one of each per point."""

    loss: torch.Tensor
    error: torch.Tensor

    def reshape(self, *shape: int) -> Measured:
        """Return the same values in another shape."""
        return Measured(self.loss.reshape(*shape), self.error.reshape(*shape))


def evaluate_points(weights: Weights, data: Labelled, points: Iterable[torch.Tensor]) -> Measured:
    """Return loss and error at each of the `points`, vectors of weights; the network's own are put back afterwards.

    Images lie on the device, normalised and in the layout that is fastest there, and the host does not wait for the
    device between points. The network must be in evaluation mode.

    Raises:
        ValueError: a part of the network is in training mode; a loss is not finite.
    """
    check_evaluating(weights.model)
    batches = list(data.batches(_batch_size(data)))
    with weights.restored(), torch.inference_mode():
        sums = torch.stack([_evaluate(weights, point, batches) for point in points]).cpu()
    if not sums.isfinite().all():
        number = int((~sums.isfinite().all(dim=1)).nonzero()[0])
        raise ValueError(f"perturbation: the loss at point {number} is not finite: perturb less")
    return Measured(sums[:, 0] / len(data), 100 * sums[:, 1] / len(data))


def _evaluate(weights: Weights, point: torch.Tensor, batches: list[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
    weights.set(point)
    sums = torch.zeros(2, dtype=torch.float64, device=weights.device)
    for images, labels in batches:
        logits = weights.model(images)
        missed = logits.argmax(dim=1) != labels
        sums += torch.stack([functional.cross_entropy(logits, labels, reduction="sum").double(), missed.sum().double()])
    return sums


def _batch_size(data: Labelled) -> int:
    return max(_SMALLEST_BATCH, _BATCH_VALUES[data.images.device.type] // data.images[0].numel())
