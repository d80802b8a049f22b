"""What a table must say of settings that no paper prints: their values, where they were read, what was chosen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mixsuite.catalog.cscores import estimating_network
from mixsuite.config.cscores import CScoreSettings
from mixsuite.config.house import House
from mixsuite.config.manifest import Artefact
from mixsuite.config.named import SHOWN_PARTS

_IN_TITLES = {"images": "K = ", "alpha": "α = "}
"""Settings that a recipe's title may already say, and how."""


def footnotes(house: House, artefact: Artefact) -> list[str]:
    """Return a footnote per schedule, group of recipes and synthetic setting that `artefact` names."""
    runs = [row.run for row in artefact.rows if row.run]
    shown = artefact.composition.recipes if artefact.composition else []
    named = list(artefact.settings.items())
    if "transfers" in artefact.settings:
        transfer = house.settings("transfers", artefact.settings["transfers"])
        if transfer.source.weights:
            named.append(("weights", transfer.source.weights))
        else:
            runs.append(transfer.source)
        shown = [recipe for treatment in transfer.treatments.values() for recipe in treatment.recipes.values()]
    schedules = dict.fromkeys(run.schedule for run in runs)
    recipes = dict.fromkeys([*(run.recipe for run in runs), *shown])
    settings = dict.fromkeys(row.patches.setting for row in artefact.rows if row.patches)
    return [
        *(_schedule(house, name) for name in schedules),
        *_recipes(house, list(recipes)),
        *(_setting(house, name) for name in settings),
        *(_named(house, kind, name, SHOWN_PARTS.get(artefact.step)) for kind, name in named),
    ]


def _schedule(house: House, name: str) -> str:
    protocols = house.protocols[name]
    values = _in_words(house.schedule(name).model_dump())
    return (
        f"Schedule {protocols.title}, protocol {house.config.protocol}: {values}. {' '.join(protocols.sources)}".strip()
    )


def _named(house: House, kind: str, name: str, shown: Collection[str] | None) -> str:
    named, settings = house.named[kind][name], house.settings(kind, name)
    values = settings.model_dump()
    if isinstance(settings, CScoreSettings):
        values["estimate"]["model"] = estimating_network(house, settings).title
    values = {part: value for part, value in values.items() if shown is None or part in shown}
    return f"{named.title}: {_in_words(values)}. {' '.join(named.sources)}".strip()


def _recipes(house: House, names: list[str]) -> list[str]:
    # Recipes that differ in nothing but what their titles say share a footnote.
    titles: dict[str, list[str]] = {}
    for name in names:
        recipe = house.recipes[name]
        settings = recipe.settings(house.config.protocol)
        hidden = {
            setting: value
            for setting, value in settings.items()
            if setting != "method" and _IN_TITLES.get(setting, "\n") not in recipe.title
        }
        text = ". ".join(part for part in (_in_words(hidden), recipe.note) if part)
        if text:
            titles.setdefault(text, []).append(recipe.title)
    return [f"{', '.join(named)}: {text}" for text, named in titles.items()]


def _in_words(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in settings.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return f"({_in_words(value)})"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(item) for item in value)}]"
    return "none" if value is None else str(value).replace("_", " ")


def _setting(house: House, name: str) -> str:
    setting = house.patch_setting(name)
    values = setting.model_dump()
    parts = [
        f"{what}: {', '.join(f'{field} {values[field]}' for field in fields)}"
        for what, fields in (("recalled, unverified", setting.recalled), ("chosen", setting.chosen))
        if fields
    ]
    return f"{setting.title}: {'; '.join(parts)}."
