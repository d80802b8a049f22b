"""The penultimate features of each image: what the last layer of a network classifies by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from mixsuite.data.batches import Images
from mixsuite.models.layout import fastest_layout
from mixsuite.models.staged import StagedNetwork, check_staged
from mixsuite.training.precision import autocast

_BATCH = 250


def score(
    scoring: dict[str, Any], network: nn.Module, images: Images, precision: str, tell: Callable[[int], object]
) -> np.ndarray:
    """Return the features, float32 (N, n_features), of all `images`; `tell` is called with how many are done.

    Raises:
        SettingError: a network that is not staged, whose features are not known.
    """
    check_staged(network)
    parts = []
    for index, features in feature_batches(network, images, precision):
        parts.append(features.cpu().numpy())
        tell(int(index[-1]) + 1)
    return np.concatenate(parts)


@torch.inference_mode()
def feature_batches(
    network: StagedNetwork, images: Images, precision: str
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield, in order, the places (B,) of some images and their features (B, n_features), float32."""
    for batch in images.plain_batches(_BATCH):
        inputs = fastest_layout(batch.images)
        with autocast(inputs.device, precision):
            features = network.features(inputs)
        yield batch.index, features.float()
