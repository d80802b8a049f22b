"""The sets of images, such as ImageNet-A, on which trained networks are tested beside their test images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixsuite.catalog.datasets import form_of
from mixsuite.catalog.runs import Run
from mixsuite.config.house import House

_IN_WORDS = {"rotated_noisy": "turned and noisy test images", "photograph_patches": "patches of photographs"}
"""What a stand-in is, by its kind."""


@dataclass(frozen=True)
class ImageSet:
    """A set that there is: what it is, as evaluations name it, and the run that makes it, if it is a stand-in."""

    settings: dict[str, Any]
    made_by: Run | None = None
    stand_in_notes: tuple[str, ...] = ()
    """What stands in for it."""


def plan_image_set(house: House, name: str, dataset: dict[str, Any]) -> ImageSet | str:
    """Return the set `name` beside `dataset` (its specification), or why there is none."""
    made_of = _stand_in(house, name)
    if made_of is None:
        return _folder(house, name, dataset)
    if form_of(dataset["kind"]) == "index":
        return (
            f"the images of {dataset['name']} are of many sizes, and a stand-in for {name} is made of small ones "
            f"(config.yaml: stand_ins: {{image_sets: {{{name}: null}}}} takes the folder in image_sets)"
        )
    run = Run("stand_in_set", made_of["seed"], {"set": made_of, "dataset": dataset}, f"{made_of['kind']} for {name}")
    return ImageSet(made_of, run, (f"{_IN_WORDS[made_of['kind']]} for {name}",))


def folder_of_image_set(house: House, name: str) -> Path:
    """Return where the user says that the set `name` lies."""
    return Path(house.config.image_sets[name]).expanduser()


def _folder(house: House, name: str, dataset: dict[str, Any]) -> ImageSet | str:
    if name not in house.config.image_sets:
        return f"config.yaml: image_sets.{name}: missing, expected a folder that holds a folder of images per class"
    folder = folder_of_image_set(house, name)
    if form_of(dataset["kind"]) == "arrays" and not (folder / "images.npy").is_file():
        return (
            f"config.yaml: image_sets.{name}: found {str(folder)!r} with image files, but the networks are trained on "
            f"{dataset['name']}, prepared as arrays; expected a network of large images, or images.npy in the folder"
        )
    return ImageSet({"folder": name})


def _stand_in(house: House, name: str) -> dict[str, Any] | None:
    # What a user says, one way or the other, goes before the scale's.
    if name in house.config.stand_ins.image_sets:
        chosen = house.config.stand_ins.image_sets[name]
    elif name in house.config.image_sets:
        chosen = None
    else:
        chosen = house.scale.stand_ins.image_sets.get(name)
    return chosen.model_dump() if chosen else None
