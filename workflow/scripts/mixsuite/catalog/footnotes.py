"""What a table must say of settings that no paper prints: where schedules were read, what was recalled or chosen."""

from __future__ import annotations

from mixsuite.config.house import House
from mixsuite.config.manifest import Artefact


def footnotes(house: House, artefact: Artefact) -> list[str]:
    """Return a footnote per schedule, recipe and synthetic setting that the rows of `artefact` name."""
    runs = [row.run for row in artefact.rows if row.run]
    schedules = dict.fromkeys(run.schedule for run in runs)
    recipes = dict.fromkeys(run.recipe for run in runs)
    settings = dict.fromkeys(row.patches.setting for row in artefact.rows if row.patches)
    return [
        *(_schedule(house, name) for name in schedules),
        *(f"{house.recipes[name].title}: {house.recipes[name].note}" for name in recipes if house.recipes[name].note),
        *(_setting(house, name) for name in settings),
    ]


def _schedule(house: House, name: str) -> str:
    protocols = house.protocols[name]
    return f"Schedule {protocols.title}, protocol {house.config.protocol}. {' '.join(protocols.sources)}".strip()


def _setting(house: House, name: str) -> str:
    setting = house.patch_setting(name)
    values = setting.model_dump()
    parts = [
        f"{what}: {', '.join(f'{field} {values[field]}' for field in fields)}"
        for what, fields in (("recalled, unverified", setting.recalled), ("chosen", setting.chosen))
        if fields
    ]
    return f"{setting.title}: {'; '.join(parts)}."
