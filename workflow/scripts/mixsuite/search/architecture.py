"""The weights of an architecture: of each operation on each edge (α), and of the edges into each node (β)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from mixsuite.models.genotype import EDGES_PER_NODE, N_INPUTS, OPERATIONS, CellGenotype, Genotype

_KINDS = ("normal", "reduce")
_INITIAL_DEVIATION = 1e-3


def edges_into(n_nodes: int) -> list[tuple[int, int]]:
    """Return the (node, source) of each edge of a cell, in the order of its architecture weights: node by node."""
    return [(node, source) for node in range(n_nodes) for source in range(N_INPUTS + node)]


class Architecture(nn.Module):
    """α (n_edges, len(OPERATIONS)) and β (n_edges,) of both kinds of cells, drawn from torch's global generator.

    They start near 0, with a standard deviation of 0.001 (yuhuixu1993/PC-DARTS, model_search.py).
    """

    def __init__(self, n_nodes: int) -> None:
        super().__init__()
        n_edges = len(edges_into(n_nodes))
        self.n_nodes = n_nodes
        self.alpha, self.beta = (
            nn.ParameterDict({kind: nn.Parameter(_INITIAL_DEVIATION * torch.randn(n_edges, *shape)) for kind in _KINDS})
            for shape in ((len(OPERATIONS),), ())
        )

    def operation_weights(self, kind: str) -> torch.Tensor:
        """Return the softmax of α over the operations, (n_edges, len(OPERATIONS))."""
        return self.alpha[kind].softmax(dim=-1)

    def edge_weights(self, kind: str) -> torch.Tensor:
        """Return the softmax of β over the edges into each node, (n_edges,): edge normalisation."""
        sizes = [N_INPUTS + node for node in range(self.n_nodes)]
        return torch.cat([into.softmax(dim=0) for into in self.beta[kind].split(sizes)])

    def genotype(self) -> Genotype:
        """Return what these weights stand for; see `derived_cell`."""
        with torch.no_grad():
            weights = [(self.edge_weights(kind)[:, None] * self.operation_weights(kind)).tolist() for kind in _KINDS]
        return Genotype(*(derived_cell(each, self.n_nodes) for each in weights))


def derived_cell(weights: Sequence[Sequence[float]], n_nodes: int) -> CellGenotype:
    """Return the cell of `weights` (n_edges, len(OPERATIONS)), those of the operations times that of their edge.

    Each node keeps, strongest first, the two edges whose best operation but `none` weighs most, with that operation;
    of equals the one that stands first (yuhuixu1993/PC-DARTS, model_search.py, genotype). All nodes are put out.
    """
    chosen: list[tuple[str, int]] = []
    rows = dict(zip(edges_into(n_nodes), weights, strict=True))
    for node in range(n_nodes):
        best = [_best_operation(rows[node, source]) for source in range(N_INPUTS + node)]
        strongest = sorted(range(len(best)), key=lambda source: -best[source][1])[:EDGES_PER_NODE]
        chosen += [(best[source][0], source) for source in strongest]
    return CellGenotype(tuple(chosen), tuple(range(N_INPUTS, N_INPUTS + n_nodes)))


def _best_operation(weights: Sequence[float]) -> tuple[str, float]:
    named = [(name, weight) for name, weight in zip(OPERATIONS, weights, strict=True) if name != "none"]
    return max(named, key=lambda pair: pair[1])
