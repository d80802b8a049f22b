"""What a training minimises: the loss of the logits, and of those of an auxiliary head where there is one."""

from __future__ import annotations

from collections.abc import Callable

import torch

from mixsuite.models.auxiliary import WithAuxiliary

Objective = Callable[[torch.Tensor | WithAuxiliary, torch.Tensor], torch.Tensor]
"""From a network's outputs in training and soft targets (B, n_classes) to a scalar, in float32."""


def objective(criterion: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Objective:
    """Return `criterion`, a loss of logits and soft targets, for what networks give in training."""

    def of_outputs(outputs: torch.Tensor | WithAuxiliary, targets: torch.Tensor) -> torch.Tensor:
        if isinstance(outputs, WithAuxiliary):
            loss, auxiliary = (criterion(logits.float(), targets) for logits in (outputs.logits, outputs.auxiliary))
            return loss + outputs.weight * auxiliary
        return criterion(outputs.float(), targets)

    return of_outputs
