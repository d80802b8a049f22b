"""What a run is told of its dataset, and the form in which it is prepared."""

from __future__ import annotations

from typing import Any, Literal

from mixsuite.config.house import House

Form = Literal["arrays", "index"]
"""Small images are prepared as arrays, large ones are left where they are and indexed."""

_INDEXED = ("imagenet", "large_folder")


def dataset_specification(house: House, name: str) -> dict[str, Any]:
    """Return what the prepared form of the dataset `name` is made of, the place of its source aside."""
    return {"name": name, **house.datasets[name].model_dump(exclude={"title", "cscores", "part_of"}, exclude_none=True)}


def form_of(kind: str) -> Form:
    """Return the form in which datasets of `kind` are prepared."""
    return "index" if kind in _INDEXED else "arrays"


def lacks_source(house: House, name: str) -> bool:
    """Return whether the dataset `name` can neither be fetched nor lies where the user says."""
    return house.datasets[name].kind == "imagenet" and not house.said_of_dataset(name).source
