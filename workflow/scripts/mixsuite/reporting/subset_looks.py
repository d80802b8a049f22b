"""How each way of subsampling looks in every figure: its colour and its marker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SubsetLook:
    """Colour and marker of one way of subsampling."""

    colour: str
    marker: str


# Of the palette of mixsuite.reporting.methods, whose colours stay apart for everyone.
_LOOKS = {
    ("random", None): SubsetLook("#4D4D4D", "o"),
    ("cv", "high"): SubsetLook("#D55E00", "D"),
    ("std", "high"): SubsetLook("#E69F00", "s"),
    ("mean", "high"): SubsetLook("#0072B2", "^"),
    ("mean", "low"): SubsetLook("#56B4E9", "v"),
    ("bald", "high"): SubsetLook("#B05CF0", "<"),
    ("variation_ratios", "high"): SubsetLook("#781800", "X"),
    ("k_center", None): SubsetLook("#300078", "p"),
}
_BY_INTERVAL = SubsetLook("#009E73", "P")
_OTHER = SubsetLook("#A3BDBD", "8")


def subset_look(subset: Mapping[str, Any]) -> SubsetLook:
    """Return the look of a row's `subset` (see mixsuite.config.subsampling.SubsetReference)."""
    if subset["interval"] > 1:
        return _BY_INTERVAL
    return _LOOKS.get((subset["measure"], subset["order"]), _OTHER)
