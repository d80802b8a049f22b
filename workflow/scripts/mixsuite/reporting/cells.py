"""Drawings of cells: nodes from left to right, edges with their operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from mixsuite.reporting.description import Description
from mixsuite.reporting.results import Results
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

KINDS = ("normal", "reduce")
_TITLES = {"normal": "normal cell", "reduce": "reduction cell"}
_WIDTH = TEXT_WIDTH["jeong2021"]
_ROW_HEIGHT = 1.75
_COLOURS = {"max": "#E69F00", "avg": "#CDB667", "skip": "#4D4D4D", "sep": "#0072B2", "dil": "#009E73"}
_NAMES = {
    "max_pool_3x3": "max 3×3",
    "avg_pool_3x3": "avg 3×3",
    "skip_connect": "skip",
    "sep_conv_3x3": "sep 3×3",
    "sep_conv_5x5": "sep 5×5",
    "dil_conv_3x3": "dil 3×3",
    "dil_conv_5x5": "dil 5×5",
}
_N_INPUTS = 2
_BEND, _LEVEL = 0.17, 0.6
"""How far an edge bends, as a share of its length, and how much it may rise or fall to be called level."""
_FIRST, _STEP = 1.5, 1.2
"""Where the first node stands, and how far from each other nodes stand, in arbitrary units."""


def edge_table(genotypes: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return a line per edge of the `genotypes`, by name: genotype, cell, node (from 0), operation and source state."""
    lines = [
        {"genotype": name, "cell": kind, "node": place // 2, "operation": operation, "source": source}
        for name, genotype in genotypes.items()
        for kind in KINDS
        for place, (operation, source) in enumerate(genotype[kind]["edges"])
    ]
    return pd.DataFrame(lines)


def found_cells(description: Description, searches: Results) -> dict[str, dict[str, Any]]:
    """Return the genotype of each row's search with its first seed, by what the drawing calls it."""
    found = {}
    for row in description.rows:
        if searches[row.id]:
            seed = min(searches[row.id])
            found[f"{row.label}, seed {seed}"] = searches[row.id][seed]["genotype"]
    if not found:
        raise ValueError(f"{description.name}: found no row with a search, expected at least one to draw")
    return found


def draw(genotypes: Mapping[str, Mapping[str, Any]], description: Description | None = None) -> Figure:
    """Return the figure of the `genotypes`, a line of two cells for each; `description` may say what stands in."""
    with figure_style():
        figure = Figure(figsize=(_WIDTH, _ROW_HEIGHT * len(genotypes) + 0.25), layout="constrained")
        axes = figure.subplots(len(genotypes), len(KINDS), squeeze=False)
        for line, (name, genotype) in zip(axes, genotypes.items(), strict=True):
            for axis, kind in zip(line, KINDS, strict=True):
                _draw_cell(axis, genotype[kind]["edges"], genotype[kind]["concat"])
                axis.set_title(f"{name}: {_TITLES[kind]}")
        if description is not None and description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_cell(axis: Axes, edges: Sequence[Sequence[Any]], concat: Sequence[int]) -> None:
    n_nodes = len(edges) // 2
    places = _places(n_nodes)
    for place, (operation, source) in enumerate(edges):
        node = _N_INPUTS + place // 2
        _draw_edge(axis, places[source], places[node], operation)
    output = (_FIRST + _STEP * n_nodes, 0.0)
    for state in concat:
        _arrow(axis, places[state], output, "#BBBBBB", bend=0.12, width=0.7)
    labels = ["$c_{k-2}$", "$c_{k-1}$", *(str(node) for node in range(n_nodes))]
    for state, label in enumerate(labels):
        _draw_state(axis, places[state], label, filled=state < _N_INPUTS)
    _draw_state(axis, output, "$c_k$", filled=True)
    axis.set(xlim=(-0.45, output[0] + 0.4), ylim=(-1.6, 1.6))
    axis.set_axis_off()


def _places(n_nodes: int) -> list[tuple[float, float]]:
    # Nodes stand alternately high and low, so that edges between neighbours and those that pass by do not coincide.
    inputs = [(0.0, 1.1), (0.0, -1.1)]
    return inputs + [(_FIRST + _STEP * node, 0.85 if node % 2 == 0 else -0.85) for node in range(n_nodes)]


def _draw_edge(axis: Axes, start: tuple[float, float], end: tuple[float, float], operation: str) -> None:
    colour = _COLOURS[operation.split("_")[0]]
    rising = end[1] - start[1]
    # Edges that fall bend down and those that rise up, level ones away from the middle: past the nodes between.
    upwards = rising > 0 if abs(rising) > _LEVEL else start[1] > 0
    bend = -_BEND if upwards else _BEND
    _arrow(axis, start, end, colour, bend, width=1.1)
    along = 0.64 if abs(rising) > _LEVEL else 0.55
    across = 2 * along * (1 - along) * bend
    dx, dy = end[0] - start[0], end[1] - start[1]
    middle = (start[0] + along * dx + across * dy, start[1] + along * dy - across * dx)
    box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    axis.text(*middle, _NAMES[operation], size=5.2, color=colour, ha="center", va="center", bbox=box, zorder=3)


def _arrow(
    axis: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, bend: float, width: float
) -> None:
    axis.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            mutation_scale=6,
            shrinkA=7,
            shrinkB=7,
            linewidth=width,
            color=colour,
            zorder=1,
        )
    )


def _draw_state(axis: Axes, place: tuple[float, float], label: str, filled: bool) -> None:
    box = {
        "boxstyle": "round,pad=0.3",
        "facecolor": "#E6E6E6" if filled else "white",
        "edgecolor": GUIDE_COLOUR,
        "linewidth": 0.7,
    }
    axis.text(*place, label, size=6.5, ha="center", va="center", bbox=box, zorder=4)
