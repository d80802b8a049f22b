"""What a network answers for the images of a split, without training."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.data.batches import Images
from mixsuite.training.precision import autocast

_BATCH_SIZE = 250


@torch.inference_mode()
def logits_and_labels(
    model: nn.Module, images: Images, device: torch.device, precision: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the outputs (N, n_classes) of `model` for the `images`, in order, and their labels (N,), on `device`.

    The outputs have the type that `precision` gives them. The model is left in evaluation mode.
    """
    model.eval()
    logits, labels = [], []
    for batch in images.plain_batches(_BATCH_SIZE):
        with autocast(device, precision):
            logits.append(model(batch.images))
        labels.append(batch.labels)
    return torch.cat(logits), torch.cat(labels)
