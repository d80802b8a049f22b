"""Whether the names in evaluations of robustness, and of the sets of images, are there."""

from __future__ import annotations

from pathlib import Path

from mixsuite.config.house import House
from mixsuite.config.robustness import ITSELF, SAME, RobustnessSettings
from mixsuite.config.strict import ConfigError, check_known


def check_robustness(root: Path, house: House, scale_file: str) -> None:
    """Raise ConfigError for the first recipe, network, set of images or folder that is named and not there."""
    evaluations = {name: house.settings("robustness", name) for name in house.named["robustness"]}
    for name, settings in evaluations.items():
        where = house.where_settings("robustness", name)
        check_known(f"{where}: substitutes.recipe", settings.substitutes.recipe, house.recipes)
        for attack, of in settings.attacks.items():
            check_known(f"{where}: attacks.{attack}.gradients_of", of.gradients_of, {ITSELF, SAME, *house.models})
    written = (RobustnessSettings.model_validate(named.settings) for named in house.named["robustness"].values())
    known = {name for settings in written for name in image_sets(settings)}
    for name, settings in evaluations.items():
        for asked in image_sets(settings):
            check_known(f"{house.where_settings('robustness', name)}: shifted or unknown", asked, known)
    for where, names in (
        (f"{scale_file}: stand_ins.image_sets", house.scale.stand_ins.image_sets),
        ("config.yaml: stand_ins.image_sets", house.config.stand_ins.image_sets),
        ("config.yaml: image_sets", house.config.image_sets),
    ):
        for name in names:
            check_known(where, name, known)
    for name, source in house.config.image_sets.items():
        if not (root / Path(source).expanduser()).is_dir():
            raise ConfigError(
                f"config.yaml: image_sets.{name}: found {source!r}, which is no folder; expected a folder that holds "
                "a folder of images per class"
            )


def image_sets(settings: RobustnessSettings) -> list[str]:
    """Return the names of the sets of images that `settings` ask for."""
    return [*settings.shifted, *([settings.unknown] if settings.unknown else [])]
