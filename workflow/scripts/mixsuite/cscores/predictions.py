"""The classes that a network predicts for the images of a split."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from mixsuite.data.batches import Images
from mixsuite.training.predictions import logits_and_labels


def predict(model: nn.Module, data: Images, device: torch.device, precision: str) -> np.ndarray:
    """Return the class that `model` gives the largest output for each image of `data`, int64 (N,), in order.

    The model is left in evaluation mode.
    """
    logits, _ = logits_and_labels(model, data, device, precision)
    return logits.argmax(dim=1).cpu().numpy()
