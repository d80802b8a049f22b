"""Batch normalisation by the statistics of the whole batch, of which each process holds a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import distributed, nn


class SharedNorm(nn.BatchNorm2d):
    """BatchNorm2d whose statistics in training are, while `together`, those of all processes' images.

    Else it acts alone: on the whole batches that some mixes give it, and in evaluation.
    """

    together = False

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the normalised hidden states (B, C, H, W); the running statistics follow the whole batch's."""
        if not (self.together and self.training):
            return super().forward(hidden)
        values = hidden.to(self.running_mean.dtype)
        n = values.new_tensor([values.numel() / values.shape[1]])
        sums = _TotalOverProcesses.apply(torch.cat([values.sum(dim=(0, 2, 3)), n]))
        n, mean = sums[-1], sums[:-1] / sums[-1]
        # Not the mean of the squares less the squared mean, which cancels where the mean is large.
        centred = values - mean[:, None, None]
        variance = _TotalOverProcesses.apply(centred.square().sum(dim=(0, 2, 3))) / n
        self._follow(mean, variance * n / (n - 1))
        normalised = centred * (variance + self.eps).rsqrt()[:, None, None]
        if self.affine:
            normalised = normalised * self.weight[:, None, None] + self.bias[:, None, None]
        return normalised.to(hidden.dtype)

    @torch.no_grad()
    def _follow(self, mean: torch.Tensor, variance: torch.Tensor) -> None:
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


class SharedNormOnGPU(nn.SyncBatchNorm):
    """The same by torch's kernels, which there are for GPUs only."""

    together = False

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the normalised hidden states (B, C, H, W); the running statistics follow the whole batch's."""
        return super().forward(hidden) if self.together else nn.BatchNorm2d.forward(self, hidden)


def share_norms(network: nn.Module, device: torch.device) -> list[SharedNorm | SharedNormOnGPU]:
    """Put shared norms in the places of the BatchNorm2d in `network`, on `device`, with their weights; return them."""
    kind = SharedNormOnGPU if device.type == "cuda" else SharedNorm
    shared = []
    for parent in list(network.modules()):
        for name, norm in parent.named_children():
            if isinstance(norm, nn.BatchNorm2d):
                same = kind(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
                same.load_state_dict(norm.state_dict())
                setattr(parent, name, same.to(device).train(norm.training))
                shared.append(same)
    return shared


@contextmanager
def acting_together(norms: Iterable[SharedNorm | SharedNormOnGPU]) -> Iterator[None]:
    """Let `norms` share their statistics with the other processes' within."""
    for norm in norms:
        norm.together = True
    try:
        yield
    finally:
        for norm in norms:
            norm.together = False


class _TotalOverProcesses(torch.autograd.Function):
    """The sum over the processes of a tensor of each. A gradient flows back to all of them."""

    @staticmethod
    def forward(_: Any, values: torch.Tensor) -> torch.Tensor:
        total = values.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(_: Any, gradient: torch.Tensor) -> torch.Tensor:
        # Every process's loss depends on the total.
        total = gradient.clone()
        distributed.all_reduce(total)
        return total
