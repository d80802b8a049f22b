"""The signature that every mixing method shares."""

from __future__ import annotations

from collections.abc import Callable

import torch

Mix = Callable[[torch.Tensor, torch.Tensor, torch.Generator], tuple[torch.Tensor, torch.Tensor]]
"""`mix(images, targets, generator) -> (images, targets)`.

images: (B, C, H, W), floating point, already normalised, on any device.
targets: (B, n_classes), soft: each row sums to 1.
generator: on the device of the batch; the only source of randomness, so that equal states give equal mixes.

The inputs are never changed, but a method that has nothing to change may return them as they are. All draws stay on the
device: no mix waits for it. A batch that a coin leaves unmixed draws from the generator what a mixed one would.

A method is a module of this room with a function `build(*, ...) -> Mix`, whose keyword arguments are its settings. One
that needs the network in training has the argument `network` besides: it may add layers to it, which draw from the
mix's generator and leave the names of its weights, and its mix is called right before each forward pass.
"""
