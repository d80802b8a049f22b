"""The classes that a network predicts for the images of a split."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from mixsuite.data.batches import Images
from mixsuite.training.precision import autocast

_BATCH_SIZE = 250


def predict(model: nn.Module, data: Images, device: torch.device, precision: str) -> np.ndarray:
    """Return the class that `model` gives the largest output for each image of `data`, int64 (N,), in order.

    The model is left in evaluation mode.
    """
    model.eval()
    with torch.inference_mode(), autocast(device, precision):
        predicted = [model(batch.images).argmax(dim=1) for batch in data.plain_batches(_BATCH_SIZE)]
    return torch.cat(predicted).cpu().numpy()
