"""Colour jitter and lighting noise of whole batches, as clovaai/CutMix-PyTorch trains on ImageNet (its utils.py)."""

from __future__ import annotations

import torch

_GREY = (0.299, 0.587, 0.114)
_STEPS = 3
_CONTRAST, _SATURATION = 1, 2
# AlexNet's principal components of ImageNet's colours; a row of _EIGENVECTORS is a channel.
_EIGENVALUES = (0.2175, 0.0188, 0.0045)
_EIGENVECTORS = ((-0.5675, 0.7192, 0.4009), (-0.5808, -0.0045, -0.8140), (-0.5836, -0.6948, 0.4203))


def jitter_colours(images: torch.Tensor, strength: float, generator: torch.Generator) -> torch.Tensor:
    """Return `images` (B, 3, H, W), RGB in [0, 1], each with other brightness, contrast and saturation.

    For each image by itself, the three changes come in a random order, and each moves by a random fraction, uniform
    between -strength and strength, towards black, the mean grey or the image in grey. Nothing is clipped.
    """
    order, fractions = torch.rand(2, len(images), _STEPS, generator=generator, device=images.device)
    return recolour(images, order.argsort(1), strength * (2 * fractions - 1))


def recolour(images: torch.Tensor, order: torch.Tensor, fractions: torch.Tensor) -> torch.Tensor:
    """Return `images` (B, 3, H, W) after three changes each: in `order` (B, 3), by `fractions` (B, 3).

    `order` names brightness 0, contrast 1 and saturation 2; `fractions` belong to the places in the order.
    """
    grey = images.new_tensor(_GREY)
    # Each change maps a colour linearly, and of the rest of the image it needs the mean colour alone: so do all three.
    matrix = torch.eye(3, dtype=images.dtype, device=images.device).expand(len(images), 3, 3)
    offset = images.new_zeros(len(images), 3)
    mean = images.mean((2, 3))
    for change, fraction in zip(order.unbind(1), fractions.to(images.dtype).unbind(1), strict=True):
        kept = (1 - fraction)[:, None]
        greyness = fraction * (change == _SATURATION)
        level = fraction * (change == _CONTRAST) * (mean * grey).sum(1)
        matrix = kept[:, None] * matrix + greyness[:, None, None] * (grey[:, None] * matrix).sum(1, keepdim=True)
        offset, mean = (
            kept * colour + (greyness * (grey * colour).sum(1) + level)[:, None] for colour in (offset, mean)
        )
    # Sums and no matrix product, which a GPU may round to 10 bits.
    recoloured = offset[:, :, None, None].expand_as(images).clone()
    for channel in range(3):
        recoloured.addcmul_(matrix[:, :, channel, None, None], images[:, channel, None])
    return recoloured


def add_lighting(images: torch.Tensor, deviation: float, generator: torch.Generator) -> torch.Tensor:
    """Return `images` (B, 3, H, W), RGB in [0, 1], each with one random colour added to all pixels.

    It is the sum of the principal components of ImageNet's colours, times their eigenvalues and normal numbers of
    mean 0 and the standard `deviation`.
    """
    normal = torch.randn(len(images), 3, generator=generator, device=images.device) * deviation
    return images + lighting(normal).to(images.dtype)[:, :, None, None]


def lighting(factors: torch.Tensor) -> torch.Tensor:
    """Return the colours (B, 3) of principal components that are weighted by their eigenvalues and `factors` (B, 3)."""
    vectors, values = factors.new_tensor(_EIGENVECTORS), factors.new_tensor(_EIGENVALUES)
    return (vectors * (values * factors)[:, None]).sum(2)
