"""Everything a person wrote, checked and put together: what the catalog plans from."""

from __future__ import annotations

from dataclasses import dataclass

from mixsuite.config.manifest import Manifest, RunReference
from mixsuite.config.named import SETTINGS, Named, changed
from mixsuite.config.networks import Network
from mixsuite.config.patches import PatchMixing, PatchSetting
from mixsuite.config.recipes import Recipe
from mixsuite.config.schedules import Schedule, ScheduleProtocols
from mixsuite.config.settings import Config, Dataset, Scale, UserDataset
from mixsuite.config.strict import Strict, validate


@dataclass(frozen=True)
class House:
    """The checked contents of config.yaml and workflow/*.yaml; every name in one of them exists in the others."""

    config: Config
    scale: Scale
    recipes: dict[str, Recipe]
    protocols: dict[str, ScheduleProtocols]
    models: dict[str, Network]
    datasets: dict[str, Dataset]
    named: dict[str, dict[str, Named]]
    """The named settings by kind."""
    manifests: dict[str, Manifest]

    def said_of_dataset(self, name: str) -> UserDataset:
        """Return what the user says of the dataset `name`, and, where that is silent, of the one that it is part of."""
        entries = (self.config.datasets.get(each) for each in (self.datasets[name].part_of, name))
        said = [entry.model_dump(exclude_unset=True) for entry in entries if entry]
        return UserDataset(**{key: value for entry in said for key, value in entry.items()})

    def protocol_schedule(self, name: str) -> Schedule:
        """Return the schedule `name` under the user's protocol."""
        protocols = self.protocols[name]
        if self.config.protocol == "text":
            return protocols.text
        where = f"workflow/protocols.yaml: {name}: released"
        return validate(Schedule, protocols.text.model_dump() | protocols.released, where)

    def schedule(self, name: str) -> Schedule:
        """Return the schedule `name` under the user's protocol, with what the scale and the user change in it."""
        settings = self.protocol_schedule(name).model_dump() | self.scale.schedules.get(name, {})
        of_scale = validate(Schedule, settings, f"workflow/scales/{self.config.scale}.yaml: schedules.{name}")
        settings = of_scale.model_dump() | self.config.schedules.get(name, {})
        return validate(Schedule, settings, f"config.yaml: schedules.{name}")

    def settings(self, kind: str, name: str) -> Strict:
        """Return the settings `name` of workflow/KIND.yaml, with what the scale and the user change in them."""
        model, scale = SETTINGS[kind], self.config.scale
        settings = model.model_validate(self.named[kind][name].settings)
        for where, changing in ((f"workflow/scales/{scale}.yaml", self.scale), ("config.yaml", self.config)):
            changes = getattr(changing, kind).get(name, {})
            settings = validate(model, changed(settings.model_dump(), changes), f"{where}: {kind}.{name}")
        return settings

    def where_settings(self, kind: str, name: str) -> str:
        """Return where the settings `name` of a kind were last changed, for messages about them."""
        changing = {"config.yaml": self.config, f"workflow/scales/{self.config.scale}.yaml": self.scale}
        files = (file for file, changes in changing.items() if name in getattr(changes, kind))
        file = next(files, None)
        return f"{file}: {kind}.{name}" if file else f"workflow/{kind}.yaml: {name}"

    def patch_setting(self, name: str) -> PatchSetting:
        """Return the synthetic setting `name`, with what the user changes in it."""
        change = self.config.patches.get(name, {})
        whole = self.manifest_patch_setting(name).model_dump() | change
        return validate(PatchSetting, whole, f"config.yaml: patches.{name}")

    def manifest_patch_setting(self, name: str) -> PatchSetting:
        """Return the synthetic setting `name` as its manifest has it."""
        return next(
            manifest.patch_settings[name] for manifest in self.manifests.values() if name in manifest.patch_settings
        )

    def patch_mixing(self, name: str) -> PatchMixing:
        """Return the distribution of mixed patches `name`, as its manifest has it."""
        return next(
            manifest.patch_mixings[name] for manifest in self.manifests.values() if name in manifest.patch_mixings
        )

    def comparison_runs(self) -> dict[str, RunReference]:
        """Return the trainings of the user's own comparison, one per recipe; empty without one."""
        own = self.config.comparison
        if own is None:
            return {}
        return {
            recipe: RunReference(dataset=own.dataset, model=own.model, recipe=recipe, schedule=own.schedule)
            for recipe in own.recipes
        }
