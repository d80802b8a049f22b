"""Kinds of numbers and names that several configuration models share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints


def _no_switch(value: Any) -> Any:
    # Python takes true for 1, and pydantic would.
    if isinstance(value, bool):
        raise ValueError(f"found {value}, expected a number")
    return value


def _switch(value: Any) -> Any:
    # Snakemake's --config passes a lower-case true or false as text.
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def each_once(names: list[str]) -> list[str]:
    """Return `names`; raise ValueError if one is there twice."""
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"found {name!r} twice, expected it once")
    return names


# Text is taken where it is a number: YAML reads 1e-4, which has no point, as text, and Snakemake's --config passes
# numbers inside of braces as text.
Whole = Annotated[int, BeforeValidator(_no_switch)]
Number = Annotated[float, BeforeValidator(_no_switch)]
Count = Annotated[Whole, Field(ge=1)]
Probability = Annotated[Number, Field(ge=0, le=1)]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Switch = Annotated[StrictBool, BeforeValidator(_switch)]
MOST_SEEDS = 100
"""Runs have seeds below it."""
Protocol = Literal["text", "released"]
# A name becomes part of a path, a Snakemake target and a LaTeX label.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$")]
