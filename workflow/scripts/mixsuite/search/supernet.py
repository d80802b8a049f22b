"""The supernet of PC-DARTS: cells in which every edge carries all operations, on a part of the channels."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from mixsuite.checks import SettingError, check_count
from mixsuite.models.cell_operations import FactorizedReduce, relu_convolution_norm
from mixsuite.models.genotype import N_INPUTS
from mixsuite.models.residual import convolution
from mixsuite.models.searched import reduction_places
from mixsuite.models.staged import check_shape
from mixsuite.search.architecture import Architecture, edges_into
from mixsuite.search.mixed_edges import MixedEdges

_STEM_MULTIPLIER = 3


class MixedCell(nn.Module):
    """A cell of `n_nodes` nodes; each is a weighted sum of mixed operations on all states before it."""

    def __init__(
        self,
        previous: tuple[int, int],
        channels: int,
        partial: int,
        n_nodes: int,
        reduces: tuple[bool, bool],
    ) -> None:
        """Take states with `previous` channels; read 1 / `partial` of the `channels` of each state.

        `reduces`: whether the cell before this one halved height and width, and whether this one does.
        """
        super().__init__()
        before, self.reducing = reduces
        first = FactorizedReduce if before else relu_convolution_norm
        self.inputs = nn.ModuleList(
            [first(previous[0], channels, False), relu_convolution_norm(previous[1], channels, False)]
        )
        self._read, self._partial, self._n_nodes = channels // partial, partial, n_nodes
        n_sources = N_INPUTS + n_nodes - 1
        self.mixed = nn.ModuleList(
            MixedEdges(self._read, len(self._targets(source)), self._stride(source)) for source in range(n_sources)
        )
        order = {edge: place for place, edge in enumerate(edges_into(n_nodes))}
        self._places = [[order[node, source] for node in self._targets(source)] for source in range(n_sources)]

    def forward(
        self, earlier: torch.Tensor, last: torch.Tensor, operation_weights: torch.Tensor, edge_weights: torch.Tensor
    ) -> torch.Tensor:
        """Return the concatenated nodes for the outputs of the two cells before.

        operation_weights: (n_edges, len(OPERATIONS)), edge_weights: (n_edges,), in the order of `edges_into`.
        """
        weights = edge_weights[:, None] * operation_weights
        inputs = [prepare(state) for prepare, state in zip(self.inputs, (earlier, last), strict=True)]
        # Sums over the sources that there are until now, for each node that is not complete.
        mixed: torch.Tensor | float = 0.0
        passing: list[torch.Tensor | float] = [0.0] * self._n_nodes
        nodes: list[torch.Tensor] = []
        for source, (layer, places) in enumerate(zip(self.mixed, self._places, strict=True)):
            state = inputs[source] if source < N_INPUTS else nodes[-1]
            mixed = mixed + layer(state[:, : self._read], weights[places])
            rest = state[:, self._read :]
            # With `partial` 1 there is no rest, which max_pool2d would refuse.
            if self._stride(source) == 2 and self._partial > 1:
                rest = functional.max_pool2d(rest, 2)
            elif self._stride(source) == 2:
                rest = rest[:, :, ::2, ::2]
            for node, place in zip(self._targets(source), places, strict=True):
                passing[node] = passing[node] + edge_weights[place] * rest
            if source + 1 >= N_INPUTS:
                nodes.append(self._joined(mixed[:, 0], passing[len(nodes)]))
                mixed = mixed[:, 1:]
        return torch.cat(nodes, dim=1)

    def _joined(self, mixed: torch.Tensor, passing: torch.Tensor) -> torch.Tensor:
        # The channels are shuffled, so that other ones are read from the node (PC-DARTS, model_search.py).
        groups = torch.cat([mixed, passing], dim=1).unflatten(1, (self._partial, self._read))
        return groups.transpose(1, 2).flatten(1, 2)

    def _targets(self, source: int) -> range:
        return range(max(0, source - N_INPUTS + 1), self._n_nodes)

    def _stride(self, source: int) -> int:
        return 2 if self.reducing and source < N_INPUTS else 1


class Supernet(nn.Module):
    """Stem, mixed cells, pooling and a linear classifier; the weights of the architecture are no part of it."""

    def __init__(
        self,
        *,
        n_classes: int,
        in_channels: int,
        image_size: int,
        channels: int,
        cells: int,
        nodes: int,
        partial: int,
    ) -> None:
        """Build `cells` cells of `nodes` nodes that begin with `channels` channels, of which 1 / `partial` are read.

        Raises:
            SettingError: a setting out of range, an image side that is no multiple of 4.
        """
        super().__init__()
        check_shape(n_classes, in_channels, image_size, smallest_image=4)
        check_count("cells", cells, at_least=3)
        check_count("nodes", nodes, at_least=1)
        check_count("partial", partial, at_least=1)
        check_count("channels", channels, at_least=1)
        if channels % partial:
            raise SettingError(f"channels: found {channels}, expected a multiple of partial, {partial}")
        if image_size % 4:
            raise SettingError(f"image_size: found {image_size}, expected a multiple of 4")
        stem_channels = _STEM_MULTIPLIER * channels
        self.stem = nn.Sequential(convolution(in_channels, stem_channels), nn.BatchNorm2d(stem_channels))
        self.cells = nn.ModuleList()
        previous, before = (stem_channels, stem_channels), False
        for place in range(cells):
            now = place in reduction_places(cells)
            channels *= 2 if now else 1
            self.cells.append(MixedCell(previous, channels, partial, nodes, (before, now)))
            previous, before = (previous[1], nodes * channels), now
        self.classifier = nn.Linear(previous[1], n_classes)

    def forward(self, images: torch.Tensor, architecture: Architecture) -> torch.Tensor:
        """Return the logits (B, n_classes) of images (B, C, H, W) under an `architecture` with as many nodes."""
        weights = {
            kind: (architecture.operation_weights(kind), architecture.edge_weights(kind))
            for kind in ("normal", "reduce")
        }
        earlier = last = self.stem(images)
        for cell in self.cells:
            earlier, last = last, cell(earlier, last, *weights["reduce" if cell.reducing else "normal"])
        return self.classifier(last.mean(dim=(2, 3)))
