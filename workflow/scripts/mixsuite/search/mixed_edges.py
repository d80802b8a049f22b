"""The mixed operations on all edges that leave one state of a cell, computed together.

An edge carries Σ_o weight_o · o(x) over the OPERATIONS o, each on the first 1/K of the channels x and normalised; the
other channels pass by (Xu et al. 2020, PC-DARTS, Eq. 2 and 3). Edges from one state read the same channels, so that
their convolutions are one convolution in groups, their pooling is done once for all, and `none` is left out. A
weight is the scale of the normalisation that comes last, and costs no operation of its own.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from mixsuite.models.genotype import OPERATIONS

_PLACE = {name: place for place, name in enumerate(OPERATIONS)}
_CONVOLUTIONS = {
    "sep_conv_3x3": (3, 1, 2),
    "sep_conv_5x5": (5, 1, 2),
    "dil_conv_3x3": (3, 2, 1),
    "dil_conv_5x5": (5, 2, 1),
}
"""Size, dilation, and how many times depthwise and pointwise convolutions come in turn."""


class MixedEdges(nn.Module):
    """`n_edges` mixed operations on one state, of which `channels` channels are read; all with one `stride`."""

    def __init__(self, channels: int, n_edges: int, stride: int) -> None:
        super().__init__()
        self.channels, self.n_edges, self.stride = channels, n_edges, stride
        self.convolutions = nn.ModuleDict(
            {name: _EdgeConvolutions(channels, n_edges, stride, *settings) for name, settings in _CONVOLUTIONS.items()}
        )
        self.max_norm = nn.BatchNorm2d(channels, affine=False)
        self.avg_norm = nn.BatchNorm2d(channels, affine=False)
        self.reduce = _EdgeReduces(channels, n_edges) if stride == 2 else None

    def forward(self, hidden: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Return (B, n_edges, channels, H / stride, W / stride) for `hidden` (B, channels, H, W).

        weights: (n_edges, len(OPERATIONS)).
        """
        columns = {name: weights[:, place] for name, place in _PLACE.items()}
        activated = hidden.relu()
        repeated = activated.repeat(1, self.n_edges, 1, 1)
        total = sum(layer(repeated, columns[name]) for name, layer in self.convolutions.items())
        # Without weights of their own, these are the same on all edges.
        alike = {
            "max_pool_3x3": self.max_norm(functional.max_pool2d(hidden, 3, self.stride, padding=1)),
            "avg_pool_3x3": self.avg_norm(
                functional.avg_pool2d(hidden, 3, self.stride, padding=1, count_include_pad=False)
            ),
        }
        if self.reduce is None:
            alike["skip_connect"] = hidden
        else:
            total = total + self.reduce(activated, columns["skip_connect"])
        total = total.unflatten(1, (self.n_edges, self.channels))
        stacked = torch.stack(list(alike.values()), dim=1)
        mixed = torch.stack([columns[name] for name in alike], dim=1) @ stacked.flatten(2)
        return total + mixed.view_as(total)


class _ScaledNorm(nn.BatchNorm2d):
    """Batch normalisation without a scale and a shift of its own; each edge's channels are given a scale."""

    def __init__(self, channels: int, n_edges: int) -> None:
        super().__init__(n_edges * channels, affine=False)
        self._channels = channels
        self.register_buffer("zeros", torch.zeros(n_edges * channels), persistent=False)

    def forward(self, hidden: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        scales = scales.repeat_interleave(self._channels)
        return functional.batch_norm(
            hidden, self.running_mean, self.running_var, scales, self.zeros, self.training, self.momentum, self.eps
        )


class _EdgeConvolutions(nn.Module):
    """A separable or dilated convolution on each edge; ReLU comes before each pair but the first."""

    def __init__(self, channels: int, n_edges: int, stride: int, size: int, dilation: int, n_pairs: int) -> None:
        super().__init__()
        all_channels = n_edges * channels
        self.depthwise, self.pointwise = nn.ModuleList(), nn.ModuleList()
        for pair in range(n_pairs):
            self.depthwise.append(
                nn.Conv2d(
                    all_channels,
                    all_channels,
                    size,
                    stride if pair == 0 else 1,
                    dilation * (size // 2),
                    dilation,
                    groups=all_channels,
                    bias=False,
                )
            )
            self.pointwise.append(nn.Conv2d(all_channels, all_channels, 1, groups=n_edges, bias=False))
        self.between = nn.ModuleList(nn.BatchNorm2d(all_channels, affine=False) for _ in range(n_pairs - 1))
        self.norm = _ScaledNorm(channels, n_edges)

    def forward(self, repeated: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        hidden = self.pointwise[0](self.depthwise[0](repeated))
        for norm, depthwise, pointwise in zip(self.between, self.depthwise[1:], self.pointwise[1:], strict=True):
            hidden = pointwise(depthwise(functional.relu_(norm(hidden))))
        return self.norm(hidden, scales)


class _EdgeReduces(nn.Module):
    """The factorized reduction that stands for `skip_connect` on each edge of stride 2, without its ReLU."""

    def __init__(self, channels: int, n_edges: int) -> None:
        super().__init__()
        self._n_edges = n_edges
        self.even = nn.Conv2d(channels, n_edges * (channels // 2), 1, 2, bias=False)
        self.odd = nn.Conv2d(channels, n_edges * (channels // 2), 1, 2, bias=False)
        self.norm = _ScaledNorm(channels, n_edges)

    def forward(self, activated: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        halves = (self.even(activated), self.odd(activated[:, :, 1:, 1:]))
        by_edge = [half.unflatten(1, (self._n_edges, -1)) for half in halves]
        return self.norm(torch.cat(by_edge, dim=2).flatten(1, 2), scales)
