"""Genotypes: which two operations lead to each node of the cells that a search found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixsuite.checks import SettingError, check_choice, check_count, check_keys, check_list

OPERATIONS = (
    "none",
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
"""The search space of an edge, in the order of its architecture weights (quark0/darts, cnn/genotypes.py)."""

N_INPUTS = 2
"""A cell takes the outputs of the two cells before it: its states 0 and 1. Its nodes are the states from 2 on."""

EDGES_PER_NODE = 2


@dataclass(frozen=True)
class CellGenotype:
    """`edges`: (operation, source state) of the edges into each node, two per node; `concat`: the states put out."""

    edges: tuple[tuple[str, int], ...]
    concat: tuple[int, ...]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.edges) // EDGES_PER_NODE

    def edges_of(self, node: int) -> tuple[tuple[str, int], ...]:
        """Return the edges into the node number `node` (from 0), which is the state N_INPUTS + node."""
        return self.edges[EDGES_PER_NODE * node : EDGES_PER_NODE * (node + 1)]


@dataclass(frozen=True)
class Genotype:
    """The two kinds of cells that a network is built of; a `reduce` cell halves height and width."""

    normal: CellGenotype
    reduce: CellGenotype

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, which `parse_genotype` reads."""
        return {
            kind: {"edges": [list(edge) for edge in cell.edges], "concat": list(cell.concat)}
            for kind, cell in (("normal", self.normal), ("reduce", self.reduce))
        }


def parse_genotype(data: Any, where: str = "genotype") -> Genotype:
    """Return the genotype of `data`: {"normal": {"edges": [[operation, source], ...], "concat": [...]}, "reduce": ...}.

    Raises:
        SettingError: another form, an unknown operation or a state that a node does not have before it; the message
            begins with `where`.
    """
    check_keys(where, data, ("normal", "reduce"))
    return Genotype(*(_parse_cell(data[kind], f"{where}: {kind}") for kind in ("normal", "reduce")))


def _parse_cell(data: Any, where: str) -> CellGenotype:
    check_keys(where, data, ("edges", "concat"))
    edges, concat = data["edges"], data["concat"]
    check_list(f"{where}: edges", edges, "pairs of an operation and a source")
    if not edges or len(edges) % EDGES_PER_NODE:
        raise SettingError(f"{where}: edges: found {len(edges)}, expected {EDGES_PER_NODE} for each node")
    for place, edge in enumerate(edges):
        _check_edge(f"{where}: edges: {place}", edge, n_before=N_INPUTS + place // EDGES_PER_NODE)
    n_states = N_INPUTS + len(edges) // EDGES_PER_NODE
    check_list(f"{where}: concat", concat, "states")
    if not concat:
        raise SettingError(f"{where}: concat: found none, expected the states that the cell puts out")
    for state in concat:
        _check_state(f"{where}: concat", state, n_states)
    return CellGenotype(tuple((operation, source) for operation, source in edges), tuple(concat))


def _check_edge(where: str, edge: Any, n_before: int) -> None:
    if not isinstance(edge, list | tuple) or len(edge) != 2:
        raise SettingError(f"{where}: found {edge!r}, expected an operation and a source")
    operation, source = edge
    check_choice(where, operation, [name for name in OPERATIONS if name != "none"])
    _check_state(where, source, n_before)


def _check_state(where: str, state: Any, n_states: int) -> None:
    check_count(where, state, at_least=0)
    if state >= n_states:
        raise SettingError(f"{where}: found the state {state}, expected one of the {n_states} before it (from 0)")


def with_genotype(model: dict[str, Any], genotype: dict[str, Any] | None) -> dict[str, Any]:
    """Return the settings `model` of a network; its `genotype`, a search's name, becomes the one that was found."""
    return model if genotype is None else {**model, "genotype": genotype}


def read_genotype(path: Path) -> Genotype:
    """Return the genotype of the JSON file at `path`, which has it under the key `genotype`.

    Raises:
        SettingError: no JSON, or of another form; the message begins with the file's name.
        OSError: it cannot be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingError(f"{path}: not JSON ({error}), expected a genotype") from None
    if not isinstance(content, dict) or "genotype" not in content:
        raise SettingError(f"{path}: lacks the key 'genotype', expected a genotype file")
    return parse_genotype(content["genotype"], f"{path}: genotype")
