"""Saliency from the gradient of the network in training, as Puzzle Mix and Co-Mixup take it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.models.auxiliary import main_logits

CLEAN_FACTORS = {"cross_entropy": lambda n_classes: 1.0, "binary_cross_entropy": lambda n_classes: 2 / n_classes}
"""By the loss of mixed images: n_classes -> factor that makes the cross-entropy of clean ones about as large.

On CIFAR the authors train with the binary cross-entropy of the softmax, averaged over classes, whose gradient is up to
2 / n_classes times that of the cross-entropy (snu-mllab/PuzzleMix and Co-Mixup, main.py); on ImageNet, with plain
cross-entropies of both (snu-mllab/Co-Mixup, comix-imagenet/main_fast_ddp.py).
"""


def input_saliency(
    network: nn.Module, images: torch.Tensor, targets: torch.Tensor, clean_weight: float, loss: str
) -> torch.Tensor:
    """Return (B, H, W), float32: at each pixel, the root mean square over channels of the loss's gradient.

    images (B, C, H, W) and targets (B, n_classes) are those of the clean batch. With `clean_weight` 0 the network is
    asked in evaluation mode and nothing stays behind. Else it is asked in training mode, batch statistics included, and
    the gradient of clean_weight · CLEAN_FACTORS[loss](n_classes) times the cross-entropy is added to what its
    parameters' `.grad` hold, to be joined by that of the mixed batch, whose loss `loss` names.
    """
    images = images.detach().requires_grad_()
    with torch.enable_grad():
        if clean_weight == 0:
            with _evaluating(network):
                clean_loss = soft_cross_entropy(main_logits(network(images)).float(), targets)
            (gradient,) = torch.autograd.grad(clean_loss, images)
        else:
            clean_loss = soft_cross_entropy(main_logits(network(images)).float(), targets)
            (clean_weight * CLEAN_FACTORS[loss](targets.shape[1]) * clean_loss).backward()
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
