"""Reading config.yaml and workflow/*.yaml into a House."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mixsuite.checks import suggest
from mixsuite.config.datasets import known_datasets
from mixsuite.config.house import House
from mixsuite.config.manifest import Manifest
from mixsuite.config.named import SETTINGS, Named, parse_named
from mixsuite.config.networks import parse_network
from mixsuite.config.recipes import RECIPES, Recipe
from mixsuite.config.references import check_references
from mixsuite.config.robustness_references import check_robustness
from mixsuite.config.schedules import ScheduleProtocols
from mixsuite.config.settings import Config, Dataset, Scale
from mixsuite.config.strict import ConfigError, check_known, validate
from mixsuite.config.yaml_file import read_yaml

Entry = TypeVar("Entry")


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
        models=_entries(root, "workflow/models.yaml", parse_network),
        datasets=known_datasets(_entries(root, "workflow/datasets.yaml", _dataset), user.datasets),
        named={kind: _named(root, kind) for kind in SETTINGS},
        manifests={key: _manifest(root, key) for key in sorted(_names(workflow / "papers"))},
    )
    check_references(root, house, scale_file)
    # Whatever a protocol, a scale or the user changes is checked as a whole, whether or not it is run.
    for name in house.protocols:
        house.schedule(name)
    for kind, known in house.named.items():
        for name in known:
            house.settings(kind, name)
    check_robustness(root, house, scale_file)
    for name in user.patches:
        house.patch_setting(name)
    return house


def _names(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.yaml")}


def _entries(root: Path, file: str, parse: Callable[[Any, str], Entry]) -> dict[str, Entry]:
    return {str(name): parse(data, f"{file}: {name}") for name, data in read_yaml(root / file, file).items()}


def _named(root: Path, kind: str) -> dict[str, Named]:
    return _entries(root, f"workflow/{kind}.yaml", lambda data, at: parse_named(kind, data, at))


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


def _dataset(data: Any, where: str) -> Dataset:
    return validate(Dataset, data, where)


def _manifest(root: Path, key: str) -> Manifest:
    file = f"workflow/papers/{key}.yaml"
    manifest = validate(Manifest, read_yaml(root / file, file), file)
    if manifest.key != key:
        raise ConfigError(f"{file}: key: found {manifest.key!r}, expected the file's name {key!r}")
    return manifest
