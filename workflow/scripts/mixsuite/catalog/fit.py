"""Whether data, network, method and schedule of a training go together, and whether this version has them."""

from __future__ import annotations

from typing import Any

from mixsuite.catalog.datasets import form_of
from mixsuite.catalog.modules import exists, module_of_dataset, module_of_method, module_of_network

ONE_PROCESS_METHODS = ("dropblock", "manifold_mixup")
"""Methods whose layers draw or mix sample by sample, so that one process must hold the whole batch."""


def reason_against(specification: dict[str, Any], schedule: str) -> str | None:
    """Return why a training cannot be run, or None; `schedule` is what its schedule is called."""
    return _no_module(specification) or _no_normalisation(specification, schedule) or _no_crops(specification, schedule)


def _no_normalisation(specification: dict[str, Any], schedule: str) -> str | None:
    dataset, normalisation = specification["dataset"], specification["schedule"]["normalisation"]
    if normalisation == "dataset":
        if form_of(dataset["kind"]) == "arrays":
            return None
        return f"the images of {dataset['name']} are not read beforehand, so {schedule} cannot normalise by them"
    colour, expected = ("grey", 1) if dataset["kind"] == "digits" else ("coloured", 3)
    found = len(normalisation["mean"])
    if found == expected:
        return None
    return f"the images of {dataset['name']} are {colour}, and the schedule {schedule} normalises {found} channels"


def _no_crops(specification: dict[str, Any], schedule: str) -> str | None:
    name, settings = specification["dataset"]["name"], specification["schedule"]
    crops = settings["resized_crop"] is not None or settings["colour_jitter"] > 0 or settings["lighting"] > 0
    if form_of(specification["dataset"]["kind"]) == "arrays" and crops:
        return (
            f"the images of {name} are prepared at one size, and the schedule {schedule} has resized_crop, "
            "colour_jitter or lighting, which are for images of many sizes"
        )
    if form_of(specification["dataset"]["kind"]) == "index" and settings["resized_crop"] is None:
        return f"the images of {name} are of many sizes, and the schedule {schedule} has no resized_crop"
    return None


def _no_module(specification: dict[str, Any]) -> str | None:
    # A method, network or kind of dataset is there as soon as its file is.
    method, family = specification["recipe"]["method"], specification["model"]["family"]
    kind = specification["dataset"]["kind"]
    needed = {
        f"the method {method}": module_of_method(method),
        f"the network {family}": module_of_network(family),
        f"the dataset {kind}": module_of_dataset(kind),
    }
    for what, module in needed.items():
        if not exists(module):
            return f"this version does not have {what}"
    return None
