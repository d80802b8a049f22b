"""Named settings: entries of workflow/KIND.yaml, which artefacts use and a scale or a user may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mixsuite.config.bridges import BridgeSettings
from mixsuite.config.cscores import CScoreSettings
from mixsuite.config.landscapes import LandscapeSettings
from mixsuite.config.mixed_outputs import MixedOutputSettings
from mixsuite.config.robustness import RobustnessSettings
from mixsuite.config.searches import SearchSettings
from mixsuite.config.strict import Strict, validate
from mixsuite.config.subsampling import SubsamplingSettings
from mixsuite.config.transfers import TransferSettings
from mixsuite.config.weights import WeightsSettings

SETTINGS: dict[str, type[Strict]] = {
    "landscapes": LandscapeSettings,
    "cscores": CScoreSettings,
    "mixed_outputs": MixedOutputSettings,
    "robustness": RobustnessSettings,
    "subsampling": SubsamplingSettings,
    "searches": SearchSettings,
    "transfers": TransferSettings,
    "weights": WeightsSettings,
    "bridges": BridgeSettings,
}
"""By kind: the file workflow/KIND.yaml, and the field of that name in config.yaml and in a scale."""


READINGS: dict[str, tuple[str, ...]] = {
    "transfers": ("seeds",),
    "landscapes": ("hessian.engine", "hessian.batch_size", "seed"),
    "robustness": ("space", "class_mask", "seed", "substitutes.seed"),
}
"""By kind, settings that are one reading of the paper among others, or do not change what is measured: with another
value, what is built is no stand-in."""

SHOWN_PARTS: dict[str, tuple[str, ...]] = {
    "plot_surfaces": ("parameters", "hessian", "surface", "seed"),
    "plot_perturbation": ("parameters", "gaussian", "seed"),
    # Each row's own network scores.
    "plot_anchors": ("mixed_losses", "ddof", "gallery"),
}
"""By step, the parts that it shows where it does not show all."""


class _Entry(Strict):
    title: str
    settings: dict[str, Any]
    sources: list[str] = []


@dataclass(frozen=True)
class Named:
    """An entry of workflow/KIND.yaml: its settings as written and complete, and what is printed below what uses it."""

    title: str
    settings: dict[str, Any]
    sources: tuple[str, ...]


def parse_named(kind: str, data: Any, where: str) -> Named:
    """Return the entry in `data`; ConfigError names `where` and what is wrong."""
    entry = validate(_Entry, data, where)
    settings = validate(SETTINGS[kind], entry.settings, f"{where}: settings")
    return Named(entry.title, settings.model_dump(), tuple(entry.sources))


_NAMES_A_METHOD = ("method", "kind")


def changed(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `settings` with `changes`, of which those of a part change that part alone, however deep.

    A change that names another method replaces the whole part: the old method's settings are not the new one's.
    """
    if any(settings.get(key, changes.get(key)) != changes.get(key) for key in _NAMES_A_METHOD if key in changes):
        return changes
    whole = dict(settings)
    for part, change in changes.items():
        both = isinstance(whole.get(part), dict) and isinstance(change, dict)
        whole[part] = changed(whole[part], change) if both else change
    return whole
