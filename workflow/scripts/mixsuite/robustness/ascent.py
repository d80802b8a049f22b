"""Ascent of a loss within the ℓ∞ ball around images: the step that FGSM and PGD are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from mixsuite.checks import check_choice, check_positive
from mixsuite.models.evaluating import check_evaluating

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""loss(logits (B, n_classes), labels int64 (B,)) -> (B,): what an attack makes as large as it can."""


@dataclass(frozen=True, eq=False)
class Attack:
    """An attack with its settings: called as `attack(model, pixels, labels, generator)`, it returns adversarial pixels.

    model: gives logits (B, n_classes) of pixels in [0, 1] (see PixelModel); it must be in evaluation mode. Its weights'
    `.grad` stay as they are. pixels: float32 (B, C, H, W) in [0, 1], left as they are. labels: int64 (B,). generator:
    on their device, the only source of randomness.

    What comes back is within [0, 1] and no further from `pixels` than `radius` (C, 1, 1) in any of them.
    """

    radius: torch.Tensor
    run: Callable[[nn.Module, torch.Tensor, torch.Tensor, torch.Generator], torch.Tensor]

    def __call__(
        self, model: nn.Module, pixels: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Return adversarial pixels (B, C, H, W)."""
        return self.run(model, pixels, labels, generator)


SPACES = ("pixels", "normalised")
"""How "ε = 8" may be read: 8/255 of pixels in [0, 1], or 8/255 of images divided by their standard deviation."""

_LEVELS = 255


def to_pixels(name: str, levels: float, space: str, std: torch.Tensor) -> torch.Tensor:
    """Return `levels`, in 1/255, as a distance (C, 1, 1) of pixels in [0, 1]; `name` is the setting's.

    In `normalised` space it is `std` (C, 1, 1) times as large: about a quarter, for most photographs.

    Raises:
        SettingError: `levels` is not above 0, or `space` is none of SPACES.
    """
    check_positive(name, levels)
    check_choice("space", space, SPACES)
    return levels / _LEVELS * (std if space == "normalised" else torch.ones_like(std))


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of each image, in nats."""
    return functional.cross_entropy(logits, labels, reduction="none")


def margin(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return by how much the largest logit of a wrong class is above that of the label (Carlini and Wagner 2017).

    Unlike the cross-entropy's, its gradient does not vanish where the network is sure of itself.
    """
    own = logits.gather(1, labels[:, None])
    others = logits.scatter(1, labels[:, None], -torch.inf)
    return others.amax(dim=1) - own[:, 0]


def ascend(
    model: nn.Module,
    pixels: torch.Tensor,
    labels: torch.Tensor,
    start: torch.Tensor,
    radius: torch.Tensor,
    step_size: torch.Tensor,
    steps: int,
    loss: Loss,
) -> torch.Tensor:
    """Return what `steps` signed gradient steps make of `start`, projected after each onto the ball and onto [0, 1].

    x ← clip(x + step_size · sign(∇_x loss(model(x), labels))), Madry et al. (2017), section 2.1. The ball around
    `pixels` has the `radius`; it and `step_size` are (C, 1, 1), of pixels in [0, 1]. Each step takes one forward and
    one backward pass, and keeps no graph.

    Raises:
        ValueError: a part of the model is in training mode.
    """
    check_evaluating(model)
    low, high = (pixels - radius).clamp_(min=0), (pixels + radius).clamp_(max=1)
    reached = torch.clamp(start, low, high)
    for _ in range(steps):
        step = input_gradient(model, reached, labels, loss).sign_().mul_(step_size)
        reached = torch.clamp(step.add_(reached), low, high, out=step)
    return reached


def input_gradient(model: nn.Module, pixels: torch.Tensor, labels: torch.Tensor, loss: Loss) -> torch.Tensor:
    """Return the gradient of each image's loss by its own pixels, (B, C, H, W); no weight's gradient is computed."""
    pixels = pixels.detach().requires_grad_()
    with torch.enable_grad():
        # Summed: images do not meet in a network that evaluates, so that each has its own loss's gradient.
        (gradient,) = torch.autograd.grad(loss(model(pixels), labels).sum(), pixels)
    return gradient


def random_start(pixels: torch.Tensor, radius: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return `pixels` with uniform noise of up to `radius` (C, 1, 1) added; it may leave [0, 1]."""
    noise = torch.empty_like(pixels).uniform_(-1, 1, generator=generator)
    return noise.mul_(radius).add_(pixels)
