"""Mixed images with all that they were made of, to be shown and measured: sources, proportions, boxes, cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from mixsuite.checks import SettingError, check_choice, check_keys
from mixsuite.data.pictures import Pictures
from mixsuite.mixing.boxes import Boxes
from mixsuite.mixing.draws import check_proportions, dirichlet
from mixsuite.mixing.owner_map import OwnerMap, owners_by_boxes
from mixsuite.mixing.saliency import check_saliency, most_salient_pixel_as_released, most_salient_pixels
from mixsuite.mixing.saliency_dcutmix import cut_offsets
from mixsuite.mixing.stick_breaking import nested_boxes

METHODS = ("dcutmix", "saliency_dcutmix")
"""The methods that compose K sources in nested boxes."""
LEAST_SHOWN = 0.3
"""Of an equal share, what each source of a shown image has at least."""


@dataclass(frozen=True)
class Draw:
    """What all recipes share, so that their images can be held side by side: K sources each for n mixed images.

    places: (n_pictures), int64, where the pictures lie in their split, each once.
    pictures: (n_pictures, C, H, W), uint8.
    which: (K, n), int64: which picture is the k-th source; the sources of a mixed image differ in their classes.
    phi: (K, n), float64.
    boxes: where all but the first source go.
    """

    places: torch.Tensor
    pictures: torch.Tensor
    which: torch.Tensor
    phi: torch.Tensor
    boxes: Boxes


@dataclass(frozen=True)
class Composition:
    """What one recipe makes of a draw.

    images: (n, C, H, W), uint8.
    owners: the source of each pixel, and the share of the area that each source has.
    offsets: (K, 2, n), int64: how far from its place in the mix a source's pixel lies in the source.
    source_index: (n, H · W), int64: where each pixel lies among the K · H · W of its sources.
    """

    images: torch.Tensor
    owners: OwnerMap
    offsets: torch.Tensor
    source_index: torch.Tensor


def common_settings(recipes: Mapping[str, Mapping[str, Any]]) -> tuple[int, float]:
    """Return the number of images (K) and α, which all `recipes` share.

    Raises:
        SettingError: a recipe of another method than METHODS, a setting that is missing, unknown or out of range,
            recipes that differ in K or α.
    """
    if not isinstance(recipes, Mapping) or not recipes:
        raise SettingError(f"recipes: found {recipes!r}, expected at least one, by name")
    for name, recipe in recipes.items():
        check_keys(f"recipes: {name}", recipe, ("method", "images", "alpha", "probability"), ("saliency",))
        check_choice(f"recipes: {name}: method", recipe["method"], METHODS)
        check_proportions(recipe["alpha"], recipe["probability"], recipe["images"])
        if recipe["method"] == "saliency_dcutmix":
            check_saliency(recipe.get("saliency"))
    found = sorted({(recipe["images"], recipe["alpha"]) for recipe in recipes.values()})
    if len(found) != 1:
        raise SettingError(f"recipes: found (images, alpha) {found}, expected the same in all")
    return found[0]


def draw(pictures: Pictures, phi: torch.Tensor, generator: torch.Generator) -> Draw:
    """Return K pictures of different classes for each column of `phi` (K, n), and boxes for these proportions.

    Raises:
        SettingError: the pictures have fewer than K classes.
        DatasetError: a picture cannot be read.
    """
    drawn = _draw_places(torch.tensor(pictures.labels), *phi.shape, generator)
    places, which = drawn.unique(return_inverse=True)
    images = torch.from_numpy(pictures.read(places.tolist())).permute(0, 3, 1, 2)
    return Draw(places, images, which, phi, nested_boxes(phi, *images.shape[2:], generator))


def balanced_proportions(alpha: float, n_images: int, n_samples: int, generator: torch.Generator) -> torch.Tensor:
    """Return (n_images, n_samples) draws of Dir(α, ..., α), of many the first whose every source can be seen.

    That is, each has at least LEAST_SHOWN of an equal share; where too few draws are so even, others follow.
    """
    phi = dirichlet(alpha, n_images, 1000 * n_samples, generator)
    too_small = phi.amin(0) < LEAST_SHOWN / n_images
    return phi[:, too_small.argsort(stable=True)[:n_samples]]


def compose_drawn(recipe: Mapping[str, Any], drawn: Draw) -> Composition:
    """Return what `recipe` composes of the sources that were drawn, as its mix would."""
    n_images, n_samples = drawn.which.shape
    channels, height, width = drawn.pictures.shape[1:]
    owners = owners_by_boxes(drawn.boxes, height, width)
    offsets = torch.zeros(n_images, 2, n_samples, dtype=torch.int64)
    if recipe["method"] == "saliency_dcutmix":
        centres = salient_pixels(drawn.pictures, recipe["saliency"])[drawn.which[1:]].movedim(2, 1)
        offsets = cut_offsets(drawn.boxes, centres, height, width)
    plane = height * width
    start = torch.arange(n_images)[:, None] * plane + offsets[:, 0] * width + offsets[:, 1]
    index = start.t().gather(1, owners.owner.flatten(1).long()) + torch.arange(plane)
    sources = drawn.pictures[drawn.which.t()].transpose(1, 2).reshape(n_samples, channels, n_images * plane)
    images = sources.gather(2, index[:, None].expand(-1, channels, -1)).view(n_samples, channels, height, width)
    return Composition(images, owners, offsets, index)


def salient_pixels(pictures: torch.Tensor, saliency: str) -> torch.Tensor:
    """Return the place (row, column) that `saliency` takes for the most salient one of each picture, (n, 2), int64.

    `as_released` normalises by the mean and standard deviation of the pictures at hand, and finds in each picture the
    centre that it would give to a whole batch.
    """
    if saliency == "uint8":
        return most_salient_pixels(pictures)
    deviation, mean = torch.std_mean(pictures.float(), (0, 2, 3), keepdim=True)
    return torch.stack([most_salient_pixel_as_released(image) for image in (pictures - mean) / deviation])


def _draw_places(labels: torch.Tensor, n_images: int, n_samples: int, generator: torch.Generator) -> torch.Tensor:
    by_class = [(labels == label).nonzero().flatten() for label in labels.unique()]
    if len(by_class) < n_images:
        raise SettingError(f"recipes: images: found {n_images}, expected at most {len(by_class)}, one of each class")
    places = torch.empty(n_images, n_samples, dtype=torch.int64)
    for sample in range(n_samples):
        for k, chosen in enumerate(torch.randperm(len(by_class), generator=generator)[:n_images]):
            members = by_class[chosen]
            places[k, sample] = members[torch.randint(len(members), (), generator=generator)]
    return places
