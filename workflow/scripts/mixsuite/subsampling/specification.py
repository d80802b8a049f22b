"""What a scoring and a subset are made of, checked key by key.

A scoring:

    {"kind": "mixed_losses", "images", "alpha", "draws", "places", "anchor_ratio", "anchor_place", "partners",
     "redraw_partners", "run", "seed"}
    {"kind": "dropout", "rate", "passes", "run", "seed"}
    {"kind": "features", "run", "seed"}

`run` is the identity of the training whose network scores, kept with the result. A subset:

    {"dataset": {...}, "measure", "t", "seed"}, and with all measures but `random`, which draws from each class,
    {"scores", "pool"}, and with those that sort images
    {"order", "interval"}, and with those of deviations
    {"ddof"}

`scores` is the identity of the scoring that it is selected by.
"""

from __future__ import annotations

from typing import Any

from mixsuite.checks import (
    SettingError,
    check_choice,
    check_count,
    check_fraction,
    check_keys,
    check_positive,
    check_switch,
)
from mixsuite.subsampling.measures import MEASURES
from mixsuite.subsampling.selection import ORDERS, check_ratio

ANCHOR_PLACES = ("outer", "middle", "inner")
"""Where the stick gives the anchor its share: first, so that the others lie on it; between them; last, on all."""

PARTNERS = ("any", "same_class", "other_classes")
"""Which other training images an anchor is mixed with."""

POOLS = ("class", "all")
"""Whether t of each class is kept, or t of all images."""

_SETTINGS = {
    "mixed_losses": (
        "images",
        "alpha",
        "draws",
        "places",
        "anchor_ratio",
        "anchor_place",
        "partners",
        "redraw_partners",
    ),
    "dropout": ("rate", "passes"),
    "features": (),
}
KINDS = tuple(_SETTINGS)
"""What can be known of an image: losses of mixed images, uncertainties under dropout, penultimate features."""

SELECTIONS = (*MEASURES, "k_center", "random")
"""What a subset is selected by: a measure that images are sorted by, k-center greedy, or nothing."""


def check_scoring(scoring: Any) -> None:
    """Raise SettingError, naming the setting, unless `scoring` has all keys, no others, and values in range."""
    if not isinstance(scoring, dict):
        raise SettingError(f"scoring: found {scoring!r}, expected its settings")
    check_choice("kind", scoring.get("kind"), KINDS)
    check_keys("scoring", scoring, ("kind", *_SETTINGS[scoring["kind"]], "run", "seed"))
    check_count("seed", scoring["seed"], at_least=0)
    if scoring["kind"] == "mixed_losses":
        _check_mixed(scoring)
    if scoring["kind"] == "dropout":
        _check_inside("rate", scoring["rate"])
        check_count("passes", scoring["passes"], at_least=2)


def check_subset(subset: Any) -> None:
    """Raise SettingError, naming the setting, unless `subset` has all keys, no others, and values in range."""
    if not isinstance(subset, dict):
        raise SettingError(f"subset: found {subset!r}, expected its settings")
    check_choice("measure", subset.get("measure"), SELECTIONS)
    check_keys(f"subset by {subset['measure']}", subset, _keys_of(subset["measure"]))
    check_ratio(subset["t"])
    check_count("seed", subset["seed"], at_least=0)
    if "pool" in subset:
        check_choice("pool", subset["pool"], POOLS)
    if "order" in subset:
        check_choice("order", subset["order"], ORDERS)
        check_count("interval", subset["interval"], at_least=1)
    if "ddof" in subset and (subset["ddof"] not in (0, 1) or isinstance(subset["ddof"], bool)):
        raise SettingError(f"ddof: found {subset['ddof']!r}, expected 0 or 1")


def kind_of(measure: str) -> str | None:
    """Return the kind of scores that a selection by `measure` takes, None for a random one."""
    return MEASURES[measure].kind if measure in MEASURES else {"k_center": "features", "random": None}[measure]


def _keys_of(measure: str) -> tuple[str, ...]:
    keys = ("dataset", "measure", "t", "seed")
    if measure == "random":
        return keys
    if measure == "k_center":
        return (*keys, "scores", "pool")
    return (*keys, "scores", "pool", "order", "interval", *MEASURES[measure].settings)


def _check_mixed(scoring: dict[str, Any]) -> None:
    check_count("images", scoring["images"], at_least=3)
    check_positive("alpha", scoring["alpha"])
    check_count("draws", scoring["draws"], at_least=1)
    check_count("places", scoring["places"], at_least=1)
    if scoring["draws"] * scoring["places"] < 2:
        raise SettingError("draws, places: found 1 of each, expected at least 2 mixes of an anchor: one does not vary")
    _check_inside("anchor_ratio", scoring["anchor_ratio"])
    check_choice("anchor_place", scoring["anchor_place"], ANCHOR_PLACES)
    check_choice("partners", scoring["partners"], PARTNERS)
    check_switch("redraw_partners", scoring["redraw_partners"])


def _check_inside(name: str, value: Any) -> None:
    check_fraction(name, value)
    if value in (0, 1):
        raise SettingError(f"{name}: found {value!r}, expected a number above 0 and below 1")
