"""The signature that every mixing method shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from mixsuite.checks import SettingError
from mixsuite.data.batches import Hint

Mix = Callable[[torch.Tensor, torch.Tensor, torch.Generator], tuple[torch.Tensor, torch.Tensor]]
"""`mix(images, targets, generator) -> (images, targets)`.

images: (B, C, H, W), floating point, already normalised, on any device.
targets: (B, n_classes), soft: each row sums to 1.
generator: on the device of the batch; the only source of randomness, so that equal states give equal mixes.

The inputs are never changed, but a method that has nothing to change may return them as they are. All draws stay on the
device, and a mix waits for it only where it looks for salient pixels or for a minimum cut, which is done on the CPU. A
batch that a coin leaves unmixed draws from the generator what a mixed one would.

A method is a module of this room with a function `build(*, ...) -> Mix`, whose keyword arguments are its settings. One
that needs the network in training has the argument `network` besides: it may add layers to it, which draw from the
mix's generator and leave the names of its weights, and its mix is called right before each forward pass. One that needs
to know something of the raw pixels returns a HintedMix.
"""


@dataclass(frozen=True)
class HintedMix:
    """A mix that is told something of each image's raw pixels: `mix(images, targets, generator, hints)`.

    hint: says of uint8 images (B, C, H, W) on the CPU, cropped and flipped but not normalised, what the mix must know,
    a tensor (B, ...). It is no part of the mix, so that whoever loads the images can compute it beside the training.
    """

    mix: Callable[[torch.Tensor, torch.Tensor, torch.Generator, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
    hint: Hint

    def __call__(
        self, images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator, hints: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mixed images and targets as a Mix does; `hints` is what `hint` said, on the images' device."""
        return self.mix(images, targets, generator, hints)


def checked(mix: Mix | HintedMix) -> Mix | HintedMix:
    """Return `mix` behind a check of each batch's shapes and types, which no device is waited for.

    It raises a SettingError unless images are floating point (B, C, H, W) and targets floating point (B, n_classes).
    """
    if isinstance(mix, HintedMix):
        return replace(mix, mix=checked(mix.mix))

    def checked_mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator, *hints: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        _check_batch(images, targets)
        return mix(images, targets, generator, *hints)

    return checked_mix


def _check_batch(images: torch.Tensor, targets: torch.Tensor) -> None:
    if images.ndim != 4 or not images.is_floating_point():
        raise SettingError(f"images: found {_kind(images)}, expected floating point (B, C, H, W), normalised")
    if targets.ndim != 2 or len(targets) != len(images) or not targets.is_floating_point():
        whole = "" if targets.is_floating_point() else "; make labels soft with one_hot(labels, n_classes).float()"
        raise SettingError(
            f"targets: found {_kind(targets)}, expected floating point ({len(images)}, n_classes), as many as "
            f"images{whole}"
        )


def _kind(tensor: torch.Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def hint_of(mix: Mix | HintedMix) -> Hint | None:
    """Return what must be asked of the raw pixels before `mix` is called, None where it needs to know nothing."""
    return mix.hint if isinstance(mix, HintedMix) else None
