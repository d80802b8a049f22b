"""Uncertainty of a classification by Monte Carlo dropout (Gal and Ghahramani 2016): BALD and variation ratios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from mixsuite.data.batches import Images
from mixsuite.models.staged import check_staged
from mixsuite.randomness import stream
from mixsuite.subsampling.features import feature_batches


@torch.inference_mode()
def score(
    scoring: dict[str, Any], network: nn.Module, images: Images, precision: str, tell: Callable[[int], object]
) -> np.ndarray:
    """Return (N, 2), float32: BALD in nats and the variation ratio of each of the `images`.

    The networks have no dropout layers. Penultimate features are dropped, before the classifier, with probability
    `rate` each, `passes` times: what comes before is computed once. `tell` is called with how many images are done.

    Raises:
        SettingError: a network that is not staged, whose features are not known.
    """
    check_staged(network)
    parts = []
    for index, features in feature_batches(network, images, precision):
        generator = stream(scoring["seed"], "dropout", int(index[0]), device=features.device)
        probabilities = dropout_predictions(features, network.classifier, scoring["rate"], scoring["passes"], generator)
        parts.append(torch.stack([bald(probabilities), variation_ratios(probabilities)], dim=1).cpu().numpy())
        tell(int(index[-1]) + 1)
    return np.concatenate(parts)


def dropout_predictions(
    features: torch.Tensor, classifier: nn.Linear, rate: float, passes: int, generator: torch.Generator
) -> torch.Tensor:
    """Return the class probabilities (passes, B, n_classes) of `features` (B, d), each pass with a dropout of its own.

    What is kept is divided by 1 - `rate`, as in training.
    """
    draws = torch.rand(passes, *features.shape, generator=generator, device=features.device)
    return classifier(features * (draws >= rate) / (1 - rate)).softmax(dim=2)


def bald(probabilities: torch.Tensor) -> torch.Tensor:
    """Return H[mean p] - mean H[p] (B,), in nats: what the passes (T, B, n_classes) disagree on.

    Gal, Islam and Ghahramani (2017), section 4; never negative but for rounding, which is cut off.
    """
    return (_entropy(probabilities.mean(dim=0)) - _entropy(probabilities).mean(dim=0)).clamp(min=0)


def variation_ratios(probabilities: torch.Tensor) -> torch.Tensor:
    """Return 1 - the share of the passes (T, B, n_classes) that choose the class chosen most often, (B,).

    Gal, Islam and Ghahramani (2017), section 4.
    """
    passes, _, n_classes = probabilities.shape
    votes = torch.nn.functional.one_hot(probabilities.argmax(dim=2), n_classes).sum(dim=0)
    return 1 - votes.max(dim=1).values / passes


def _entropy(probabilities: torch.Tensor) -> torch.Tensor:
    return torch.special.entr(probabilities).sum(dim=-1)
