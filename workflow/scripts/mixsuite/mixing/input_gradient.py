"""Saliency from the gradient of the network in training, as Puzzle Mix and Co-Mixup take it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from mixsuite.mixing.soft_labels import soft_cross_entropy


def input_saliency(
    network: nn.Module, images: torch.Tensor, targets: torch.Tensor, clean_weight: float
) -> torch.Tensor:
    """Return (B, H, W), float32: at each pixel, the root mean square over channels of the loss's gradient.

    images (B, C, H, W) and targets (B, n_classes) are those of the clean batch. With `clean_weight` 0 the network is
    asked in evaluation mode and nothing stays behind. Else it is asked in training mode, batch statistics included, and
    the gradient of the clean loss, 2 · clean_weight / n_classes times the cross-entropy, is added to what its
    parameters' `.grad` hold, to be joined by that of the mixed batch (snu-mllab/PuzzleMix and Co-Mixup, main.py). There
    the mixed loss is the binary cross-entropy averaged over classes, hence the factor.
    """
    images = images.detach().requires_grad_()
    with torch.enable_grad():
        if clean_weight == 0:
            with _evaluating(network):
                loss = soft_cross_entropy(network(images).float(), targets)
            (gradient,) = torch.autograd.grad(loss, images)
        else:
            loss = soft_cross_entropy(network(images).float(), targets)
            (2 * clean_weight / targets.shape[1] * loss).backward()
            gradient = images.grad
    return gradient.float().square().mean(dim=1).sqrt()


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    # Each module's own mode is kept: a part may have been put in evaluation for good.
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
