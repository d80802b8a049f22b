"""The logistic loss averaged over images and over sets of patches that are kept."""

from itertools import combinations

import torch
from torch import Tensor

from mixsuite.patches.objective import require_bounded, softplus


class MaskedRisk:
    """Mean over images i and masks M of log(1 + exp(-y_i f(X_i restricted to M))).

    labels: (n), +1 or -1. masks: (number of masks, P), 1 where a patch is kept; all masks are equally likely.
    """

    def __init__(self, labels: Tensor, masks: Tensor) -> None:
        """Keep the masks on the labels' device."""
        self.labels = labels
        self.masks = masks.to(labels)
        self.scale = 1 / (len(labels) * len(masks))

    def margins(self, activations: Tensor) -> Tensor:
        """Return y_i f(X_i restricted to M), (n, number of masks)."""
        return self.labels[:, None] * (activations @ self.masks.T)

    def loss(self, activations: Tensor) -> Tensor:
        """Return the expected loss, a scalar."""
        return softplus(-self.margins(activations)).mean()

    def gradient(self, activations: Tensor) -> Tensor:
        """Return the derivative of the loss by each activation (n, P)."""
        require_bounded(activations)
        weights = torch.sigmoid(-self.margins(activations)) * (-self.scale * self.labels)[:, None]
        return weights @ self.masks

    def fit(self, activations: Tensor) -> Tensor:
        """Return the fraction of all images, restricted to all masks, that are on the right side: y f > 0."""
        return (self.margins(activations) > 0).double().mean()


def cut_masks(patches: int, cut_size: int) -> Tensor:
    """Return the (P choose C, P) table of all ways to cut C = `cut_size` of P patches: 0 where cut, 1 where kept."""
    cuts = list(combinations(range(patches), cut_size))
    masks = torch.ones(len(cuts), patches, dtype=torch.float64)
    for mask, cut in zip(masks, cuts, strict=True):
        mask[list(cut)] = 0
    return masks
