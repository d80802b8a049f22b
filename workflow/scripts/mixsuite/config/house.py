"""Everything a person wrote, loaded and checked: config, scale, recipes, protocols, networks, datasets, manifests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mixsuite.config.manifest import Manifest, RunReference
from mixsuite.config.patches import PatchSetting
from mixsuite.config.recipes import RECIPES, Recipe
from mixsuite.config.schedules import Schedule, ScheduleProtocols
from mixsuite.config.settings import Config, Dataset, Model, Scale
from mixsuite.config.strict import ConfigError, check_known, suggest, validate
from mixsuite.config.yaml_file import read_yaml

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class House:
    """The checked contents of config.yaml and workflow/*.yaml; every name in one of them exists in the others."""

    config: Config
    scale: Scale
    recipes: dict[str, Recipe]
    protocols: dict[str, ScheduleProtocols]
    models: dict[str, Model]
    datasets: dict[str, Dataset]
    manifests: dict[str, Manifest]


def load_house(root: Path, config: dict[str, Any]) -> House:
    """Return all settings of the project in the folder `root`, with `config` as the user's config.yaml.

    Raises:
        ConfigError: anything unknown, mistyped, out of range or missing; the message names file and setting.
    """
    workflow = root / "workflow"
    user = validate(Config, config, "config.yaml")
    check_known("config.yaml: scale", user.scale, _names(workflow / "scales"))
    for paper in user.papers:
        check_known("config.yaml: papers", paper, _names(workflow / "papers"))
    scale_file = f"workflow/scales/{user.scale}.yaml"
    house = House(
        config=user,
        scale=validate(Scale, read_yaml(root / scale_file, scale_file), scale_file),
        recipes=_entries(root, "workflow/recipes.yaml", _recipe),
        protocols=_entries(root, "workflow/protocols.yaml", lambda data, at: validate(ScheduleProtocols, data, at)),
        models=_entries(root, "workflow/models.yaml", lambda data, at: validate(Model, data, at)),
        datasets=_datasets(root, user),
        manifests={key: _manifest(root, key, user) for key in sorted(_names(workflow / "papers"))},
    )
    _check_names(house, scale_file)
    _check_sources(root, user)
    for name in house.protocols:
        schedule(house, name)
    return house


def schedule(house: House, name: str) -> Schedule:
    """Return the schedule `name` under the user's protocol, with what the scale changes in it."""
    protocols = house.protocols[name]
    settings = protocols.text.model_dump()
    if house.config.protocol == "released":
        settings |= protocols.released
    where = f"workflow/scales/{house.config.scale}.yaml: schedules.{name}"
    return validate(Schedule, settings | house.scale.schedules.get(name, {}), where)


def _names(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.yaml")}


def _entries(root: Path, file: str, parse: Callable[[Any, str], Entry]) -> dict[str, Entry]:
    return {str(name): parse(data, f"{file}: {name}") for name, data in read_yaml(root / file, file).items()}


def _recipe(data: Any, where: str) -> Recipe:
    recipe = _parse_recipe(data, where)
    if recipe.released:
        _parse_recipe({**data, **recipe.released}, f"{where}: released")
    return recipe


def _parse_recipe(data: Any, where: str) -> Recipe:
    if not isinstance(data, dict) or "method" not in data:
        raise ConfigError(f"{where}: method: missing{suggest('', RECIPES)}")
    check_known(f"{where}: method", data["method"], RECIPES)
    return validate(RECIPES[data["method"]], data, where)


def _datasets(root: Path, user: Config) -> dict[str, Dataset]:
    datasets = _entries(root, "workflow/datasets.yaml", lambda data, at: validate(Dataset, data, at))
    for name, own in user.datasets.items():
        where = f"config.yaml: datasets.{name}"
        if own.kind is None:
            check_known(where, name, datasets)
            if own.image_size is not None:
                raise ConfigError(f"{where}: image_size: found {own.image_size}, expected it only with kind: folder")
        elif own.source is None:
            raise ConfigError(f"{where}: source: missing, expected the folder that holds train/ and test/")
        elif own.image_size is None:
            raise ConfigError(f"{where}: image_size: missing, expected the side in pixels to resize images to")
        else:
            datasets[name] = Dataset(kind=own.kind, title=own.title or name, image_size=own.image_size)
    return datasets


def _manifest(root: Path, key: str, user: Config) -> Manifest:
    file = f"workflow/papers/{key}.yaml"
    manifest = validate(Manifest, read_yaml(root / file, file), file)
    if manifest.key != key:
        raise ConfigError(f"{file}: key: found {manifest.key!r}, expected the file's name {key!r}")
    changed = {name: change for name, change in user.patches.items() if name in manifest.patch_settings}
    settings = dict(manifest.patch_settings)
    for name, change in changed.items():
        whole = manifest.patch_settings[name].model_dump() | change
        settings[name] = validate(PatchSetting, whole, f"config.yaml: patches.{name}")
    return manifest.model_copy(update={"patch_settings": settings})


def _check_names(house: House, scale_file: str) -> None:
    known_settings = {name for manifest in house.manifests.values() for name in manifest.patch_settings}
    for name in house.config.patches:
        check_known("config.yaml: patches", name, known_settings)
    for name in house.scale.schedules:
        check_known(f"{scale_file}: schedules", name, house.protocols)
    for where, stand_ins in ((scale_file, house.scale.stand_ins), ("config.yaml", house.config.stand_ins)):
        _check_stand_ins(f"{where}: stand_ins.datasets", stand_ins.datasets, house.datasets)
        _check_stand_ins(f"{where}: stand_ins.models", stand_ins.models, house.models)
    for key, manifest in house.manifests.items():
        for name, artefact in manifest.artefacts.items():
            for row in artefact.rows:
                if row.run:
                    _check_run(f"workflow/papers/{key}.yaml: {name}: {row.id}", row.run, house)
    if house.config.comparison:
        for reference in comparison_runs(house.config).values():
            _check_run("config.yaml: comparison", reference, house)


def comparison_runs(config: Config) -> dict[str, RunReference]:
    """Return the trainings of the user's own comparison, one per recipe; empty without one."""
    own = config.comparison
    if own is None:
        return {}
    return {
        recipe: RunReference(dataset=own.dataset, model=own.model, recipe=recipe, schedule=own.schedule)
        for recipe in own.recipes
    }


def _check_stand_ins(where: str, stand_ins: dict[str, str | None], known: dict[str, Any]) -> None:
    for name, replacement in stand_ins.items():
        check_known(where, name, known)
        if replacement is not None:
            check_known(f"{where}.{name}", replacement, known)


def _check_run(where: str, run: RunReference, house: House) -> None:
    check_known(f"{where}: dataset", run.dataset, house.datasets)
    check_known(f"{where}: model", run.model, house.models)
    check_known(f"{where}: recipe", run.recipe, house.recipes)
    check_known(f"{where}: schedule", run.schedule, house.protocols)


def _check_sources(root: Path, user: Config) -> None:
    for name, own in user.datasets.items():
        if own.source is not None and not (root / Path(own.source).expanduser()).exists():
            raise ConfigError(
                f"config.yaml: datasets.{name}.source: found {own.source!r}, which does not exist; "
                "expected the folder or archive that holds the dataset"
            )
