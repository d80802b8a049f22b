"""Genotypes: the cells that a search found (workflow/genotypes/NAME.json)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mixsuite.config.strict import Strict, validate
from mixsuite.config.values import Whole
from mixsuite.config.yaml_file import read_yaml

Operation = Literal[
    "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"
]
State = Annotated[Whole, Field(ge=0)]
_N_INPUTS = 2


class Cell(Strict):
    """Two `edges`, an operation and the state that it reads, into each node; `concat`: the states put out."""

    edges: Annotated[list[tuple[Operation, State]], Field(min_length=2)]
    concat: Annotated[list[State], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Cell:
        if len(self.edges) % 2:
            raise ValueError(f"edges: found {len(self.edges)}, expected two for each node")
        for place, (operation, source) in enumerate(self.edges):
            if source >= _N_INPUTS + place // 2:
                raise ValueError(f"edges: {operation} reads the state {source}, expected one before its node")
        if max(self.concat) >= _N_INPUTS + len(self.edges) // 2:
            raise ValueError(f"concat: found the state {max(self.concat)}, expected one that the cell has")
        return self


class Genotype(Strict):
    """The normal cell and the one that halves height and width."""

    normal: Cell
    reduce: Cell


class GenotypeFile(Strict):
    """A genotype with its title and where it was read."""

    title: str
    source: str
    genotype: Genotype


def read_genotypes(root: Path) -> dict[str, dict[str, Any]]:
    """Return the genotypes of the project in the folder `root` by name, as plain data.

    Raises:
        ConfigError: a file of another form; the message names file and setting.
    """
    genotypes = {}
    for path in sorted((root / "workflow" / "genotypes").glob("*.json")):
        where = f"workflow/genotypes/{path.name}"
        # JSON is YAML.
        content = validate(GenotypeFile, read_yaml(path, where), where)
        genotypes[path.stem] = content.genotype.model_dump(mode="json")
    return genotypes
