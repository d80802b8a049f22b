"""The files of a composition: the mixed images and their sources as arrays, and what they were made of as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from mixsuite.checks import check_count, check_keys
from mixsuite.data.pictures import Pictures
from mixsuite.mixing.boxes import Boxes
from mixsuite.mixing.composition import (
    Composition,
    Draw,
    balanced_proportions,
    common_settings,
    compose_drawn,
    draw,
    salient_pixels,
)
from mixsuite.mixing.composition_measures import measure_areas, measure_saliency
from mixsuite.mixing.stick_breaking import kept_ratios
from mixsuite.randomness import stream

SOURCES = "sources"
"""Name of the array of sources, uint8 (n, K, H, W, C)."""
IMAGES = "images_"
"""What the name of a recipe's mixed images, uint8 (n, H, W, C), begins with; the recipe's name follows."""


def check_composition(specification: Any) -> None:
    """Raise SettingError unless `specification` says what to compose: see `compose_images`."""
    check_keys("composition", specification, ("dataset", "recipes", "samples", "draws", "seed"))
    for setting, at_least in (("samples", 1), ("draws", 1), ("seed", 0)):
        check_count(f"composition: {setting}", specification[setting], at_least)


def compose_images(
    specification: Mapping[str, Any], pictures: Pictures
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the record and the arrays of a composition.

    specification: `recipes`, by name, which are shown with the same sources, φ and boxes; `samples`, the number of
    images of each that are shown; `draws`, the number of images that are measured; `seed`.

    The record has a list `samples`, of what each mixed image was made of, and the measurements `areas` and `saliency`,
    the latter where a recipe looks at it. Boxes are [top, left, bottom, right], half-open, in pixels, outermost first;
    `cuts` say where in its source each was cut.

    Raises:
        SettingError: a setting is missing, unknown or out of range.
        DatasetError: a picture cannot be read.
    """
    check_composition(specification)
    recipes, seed = specification["recipes"], specification["seed"]
    n_images, alpha = common_settings(recipes)
    generator = stream(seed, "composition")
    drawn = draw(pictures, balanced_proportions(alpha, n_images, specification["samples"], generator), generator)
    composed = {name: compose_drawn(recipe, drawn) for name, recipe in recipes.items()}
    size = tuple(drawn.pictures.shape[2:])
    n_draws = specification["draws"]
    # Only then: it needs OpenCV.
    looks_at_saliency = any("saliency" in recipe for recipe in recipes.values())
    saliency = measure_saliency(recipes, pictures, n_images, alpha, n_draws, seed) if looks_at_saliency else ()
    record = {
        "specification": specification,
        "dataset": {"sha256": pictures.sha256},
        "size": size,
        "samples": _describe(drawn, composed, pictures, looks_at_saliency),
        "areas": list(measure_areas(n_images, alpha, size, n_draws, seed)),
        "saliency": list(saliency),
    }
    shown = {IMAGES + name: composition.images for name, composition in composed.items()}
    arrays = {SOURCES: drawn.pictures[drawn.which.t()], **shown}
    return record, {name: array.movedim(-3, -1).contiguous().numpy() for name, array in arrays.items()}


def _describe(
    drawn: Draw, composed: Mapping[str, Composition], pictures: Pictures, looks_at_saliency: bool
) -> list[dict[str, Any]]:
    salient = salient_pixels(drawn.pictures, "uint8").tolist() if looks_at_saliency else None
    broken = 1 - kept_ratios(drawn.phi)
    samples = []
    for sample in range(drawn.which.shape[1]):
        places = drawn.places[drawn.which[:, sample]].tolist()
        samples.append(
            {
                "places": places,
                "classes": [pictures.names[pictures.labels[place]] for place in places],
                "salient_pixels": [salient[which] for which in drawn.which[:, sample]] if salient else None,
                "phi": drawn.phi[:, sample].tolist(),
                "v": broken[:, sample].tolist(),
                "boxes": _edges(drawn.boxes, sample),
                "shares": next(iter(composed.values())).owners.shares[:, sample].tolist(),
                "cuts": {name: _edges(_cuts(drawn, each), sample) for name, each in composed.items()},
            }
        )
    return samples


def _cuts(drawn: Draw, composition: Composition) -> Boxes:
    return Boxes(*(edge + composition.offsets[1:] for edge in drawn.boxes))


def _edges(boxes: Boxes, sample: int) -> list[list[int]]:
    return torch.cat([boxes.start[..., sample], boxes.end[..., sample]], 1).tolist()
