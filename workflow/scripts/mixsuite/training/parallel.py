"""The forward pass of a network in training: compiled if asked for, and in several processes if there are."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from mixsuite.checks import SettingError
from mixsuite.models.auxiliary import WithAuxiliary
from mixsuite.processes import Processes
from mixsuite.training.shared_norm import acting_together, share_norms

Forward = Callable[[torch.Tensor], torch.Tensor | WithAuxiliary]


def training_forward(network: nn.Module, device: torch.device, processes: Processes, compiled: bool) -> Forward:
    """Return what takes this process's part of a batch, images (B, C, H, W), to the logits of `network` (B, n_classes).

    A backward pass from them leaves the mean of the processes' gradients in each weight's `.grad`, on top of what lay
    there, which is to be the same in all processes. Batch normalisation uses the statistics of the whole batch: its
    layers in `network` change their class, but not the names of their weights. `compiled` is torch.compile's network.
    """
    if processes.count == 1:
        return torch.compile(network) if compiled else network
    norms = share_norms(network, device)
    # Its buffers are the same everywhere, as they follow the whole batch.
    replica: Forward = nn.parallel.DistributedDataParallel(
        network, device_ids=[device.index] if device.type == "cuda" else None, forward_sync_buffers=False
    )
    if compiled:
        replica = torch.compile(replica)

    def forward(images: torch.Tensor) -> torch.Tensor | WithAuxiliary:
        with acting_together(norms):
            return replica(images)

    return forward


def check_divisible(network: nn.Module, method: str, processes: Processes) -> None:
    """Raise SettingError where a layer that `method` put into `network` cannot do with a part of each batch."""
    for layer in network.modules():
        if processes.count > 1 and getattr(layer, "needs_whole_batch", False):
            raise SettingError(
                f"mixing method {method!r}: found {processes.count} processes, expected one: "
                f"its layer {type(layer).__name__} draws for the images of a whole batch"
            )


def check_batches(n_images: int, batch_size: int, processes: Processes) -> None:
    """Raise SettingError where a batch of an epoch has fewer images than there are processes."""
    smallest = min(n_images, n_images % batch_size or batch_size)
    if smallest < processes.count:
        raise SettingError(
            f"schedule: batch_size: found {batch_size}, with which a batch of the {n_images} images has {smallest} for "
            f"{processes.count} processes, expected one for each: change it, or train with fewer processes"
        )
