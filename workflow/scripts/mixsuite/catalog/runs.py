"""A run, such as dataset x model x recipe x schedule x seed, and its identity, a hash of those fields alone."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mixsuite.catalog.datasets import dataset_specification, lacks_source
from mixsuite.catalog.fit import reason_against
from mixsuite.config.house import House
from mixsuite.config.manifest import Artefact, PatchReference, RunReference
from mixsuite.config.named import READINGS, SHOWN_PARTS
from mixsuite.config.patches import PatchSetting
from mixsuite.config.strict import ConfigError
from mixsuite.files import digest

_IDENTITY_LENGTH = 12


@dataclass(frozen=True)
class Run:
    """A job of some kind (`paths.OUTPUTS`): what it is made of (`specification`), and a label for messages."""

    kind: str
    seed: int
    specification: dict[str, Any]
    label: str
    needs: tuple[Run, ...] = ()
    """The runs whose results it reads; its specification names them by their identities."""

    @cached_property
    def identity(self) -> str:
        """The name under which its files lie: a short hash of what it is made of."""
        return identity(self.specification)

    def needed(self, kind: str) -> Run:
        """Return the first run of `kind` that it is made of."""
        return next(run for run in self.needs if run.kind == kind)


@dataclass(frozen=True)
class Training:
    """How a manifest's training is run at this scale, seeds aside, and in what it is not the paper's."""

    specification: dict[str, Any]
    label: str
    replaced: tuple[str, ...]
    """Which data and network stand in for those that the reference names."""
    changed: tuple[str, ...]
    """What the scale changes in the schedule."""

    def run(self, seed: int) -> Run:
        """Return the run with `seed`."""
        return Run("training", seed, {**self.specification, "seed": seed}, f"{self.label}, seed {seed}")


def identity(specification: dict[str, Any]) -> str:
    """Return the name under which a run's files lie: a short hash of what it is made of."""
    return digest(specification)[:_IDENTITY_LENGTH]


def resolve_training(house: House, reference: RunReference) -> Training | str:
    """Return what is run for `reference` at the chosen scale and protocol, or why nothing is."""
    dataset = stand_in(house, "datasets", reference.dataset)
    model = stand_in(house, "models", reference.model)
    for what, name, found in (("datasets", reference.dataset, dataset), ("models", reference.model, model)):
        if found is None:
            run_it = f"config.yaml: stand_ins: {{{what}: {{{name}: {name}}}}} runs it"
            return f"{name} is not run at the scale {house.config.scale} ({run_it})"
    if lacks_source(house, dataset):
        return f"config.yaml: datasets.{dataset}.source: missing, expected the folder that holds {dataset}"
    recipe = house.recipes[reference.recipe]
    settings = house.schedule(reference.schedule)
    specification = {
        "dataset": dataset_specification(house, dataset),
        "model": house.models[model].specification(),
        "recipe": recipe.settings(house.config.protocol),
        "schedule": settings.model_dump(),
    }
    return reason_against(specification, reference.schedule) or Training(
        specification=specification,
        label=f"{recipe.title} on {dataset} with {model}",
        replaced=tuple(_replacements(house, reference, dataset, model)),
        changed=tuple(named_changes(house.protocol_schedule(reference.schedule).model_dump(), settings.model_dump())),
    )


def resolve_descent(house: House, reference: PatchReference, seed: int) -> Run:
    """Return the synthetic experiment of `reference`; it is the same at every scale."""
    setting = setting_of(house.patch_setting(reference.setting))
    specification = {"setting": setting, "method": reference.method, "seed": seed, **_mixing(house, reference)}
    mixed = f" with {reference.mixing}" if reference.mixing else ""
    label = f"{reference.method}{mixed} in the setting {reference.setting}, seed {seed}"
    return Run("descent", seed, specification, label)


def _mixing(house: House, reference: PatchReference) -> dict[str, Any]:
    if reference.mixing is None:
        return {}
    mixing, patches = house.patch_mixing(reference.mixing), house.patch_setting(reference.setting).patches
    if mixing.layout and math.prod(mixing.layout) != patches:
        found = " x ".join(str(side) for side in mixing.layout)
        raise ConfigError(
            f"workflow/papers: patch_mixings.{reference.mixing}.layout: found {found}, expected rows x columns = "
            f"{patches}, the patches of the setting {reference.setting}"
        )
    return {"mixing": mixing.model_dump(exclude={"title"})}


def setting_of(setting: PatchSetting) -> dict[str, Any]:
    """Return the values of a synthetic setting, without what is only said about them."""
    return setting.model_dump(exclude={"title", "recalled", "chosen"})


def stand_in(house: House, what: str, name: str) -> str | None:
    """Return what is run instead of `name`, a dataset, network or picture (`what`: the field of StandIns), or None."""
    for stand_ins in (house.config.stand_ins, house.scale.stand_ins):
        replacements = getattr(stand_ins, what)
        if name in replacements:
            return replacements[name]
    return name


def _replacements(house: House, reference: RunReference, dataset: str, model: str) -> list[str]:
    notes = []
    if dataset != reference.dataset:
        notes.append(f"{house.datasets[dataset].title or dataset} for {house.datasets[reference.dataset].title}")
    if model != reference.model:
        notes.append(f"{house.models[model].title} for {house.models[reference.model].title}")
    return notes


def descent_notes(house: House, reference: PatchReference) -> list[str]:
    """Return in what the synthetic experiment of `reference` is not its manifest's."""
    original = setting_of(house.manifest_patch_setting(reference.setting))
    return named_changes(original, setting_of(house.patch_setting(reference.setting)))


def named_settings_notes(house: House, artefact: Artefact) -> tuple[str, ...]:
    """Return what the scale or the user changes in the named settings behind `artefact` so that it is not the paper's.

    Parts that its step does not show are left out, and so is what is no more than another reading of the paper.
    """
    notes = []
    for kind, name in artefact.settings.items():
        original, chosen = house.named[kind][name].settings, house.settings(kind, name).model_dump()
        shown = SHOWN_PARTS.get(artefact.step, chosen)
        chosen = {part: value for part, value in chosen.items() if part in shown}
        notes += named_changes(original, chosen, READINGS.get(kind, ()))
    return tuple(notes)


def named_changes(
    original: dict[str, Any], chosen: dict[str, Any], apart_from: Collection[str] = (), within: str = ""
) -> list[str]:
    """Return, in words, in which settings but `apart_from` (`part.setting`) `chosen` differs from `original`."""
    changes = []
    for name, value in chosen.items():
        before, place = original.get(name), f"{within}{name}"
        if isinstance(value, dict) and isinstance(before, dict):
            changes += named_changes(before, value, apart_from, f"{place}.")
        elif value != before and place not in apart_from:
            what = "added" if name not in original else f"{_short(value)} for {_short(before)}"
            changes.append(f"{_words(place)} {what}")
    # A whole part may be none that is shown.
    missing = (f"{within}{name}" for name in original if within and name not in chosen)
    return [*changes, *(f"{_words(place)} left out" for place in missing)]


def _words(place: str) -> str:
    return place.replace("_", " ").replace(".", " ")


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    if isinstance(value, list):
        return f"[{', '.join(map(_short, value))}]"
    if isinstance(value, float):
        return f"{value:.4g}"
    return "the usual" if isinstance(value, dict) else str(value)
