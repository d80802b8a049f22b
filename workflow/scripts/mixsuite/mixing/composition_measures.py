"""What compositions are measured by: whether areas follow the Dirichlet distribution, and what shows of each source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from mixsuite.data.pictures import Pictures
from mixsuite.mixing.composition import Composition, Draw, compose_drawn, draw
from mixsuite.mixing.draws import dirichlet
from mixsuite.mixing.owner_map import shares_of_boxes
from mixsuite.mixing.saliency import most_salient_pixels, saliency_maps
from mixsuite.mixing.stick_breaking import nested_boxes
from mixsuite.randomness import stream

REPETITIONS = 3
"""Each with a seed of its own; a verdict of the score card needs as many."""
_PERCENT = 100.0
# Bounds the memory, some 2 MB per image of 224 x 224 pixels.
_AT_ONCE = 50


def measure_areas(
    n_images: int, alpha: float, size: tuple[int, int], n_draws: int, seed: int
) -> Iterator[dict[str, Any]]:
    """Yield, for each of the K sources and each repetition, how far its shares of `n_draws` images are from φ.

    `area_deviation` is the mean of |share of the area - φ_k|, in percentage points, of images of `size` (height,
    width). `distance_to_dirichlet` is the Kolmogorov-Smirnov distance of the shares from Beta(α, (K - 1) α), the
    distribution of a component of Dir(α, ..., α); it has not fallen to 0 where φ_k is so small, and α with it, that
    many shares are rounded to no pixel at all.
    """
    # Here, because it takes half a second.
    from scipy.stats import beta, kstest

    expected = beta(alpha, (n_images - 1) * alpha)
    for repetition in range(REPETITIONS):
        generator = stream(seed, "areas", repetition)
        phi = dirichlet(alpha, n_images, n_draws, generator)
        boxes = nested_boxes(phi, *size, generator)
        shares = shares_of_boxes(boxes, *size)
        for k in range(n_images):
            deviation = _PERCENT * (shares[k] - phi[k]).abs().mean().item()
            yield {"source": k, "metric": "area_deviation", "seed": repetition, "value": deviation}
            distance = float(kstest(shares[k].numpy(), expected.cdf).statistic)
            yield {"source": k, "metric": "distance_to_dirichlet", "seed": repetition, "value": distance}


def measure_saliency(
    recipes: Mapping[str, Mapping[str, Any]],
    pictures: Pictures,
    n_images: int,
    alpha: float,
    n_draws: int,
    seed: int,
) -> Iterator[dict[str, Any]]:
    """Yield, for each recipe and repetition, how much of what is salient in its sources `n_draws` images show.

    `salient_pixel_visible` is the percentage of the sources, those without a pixel in the image included, whose most
    salient pixel can be seen; `saliency_visible` the percentage of a source's saliency, summed over its pixels, that
    lies in those that can be seen. All recipes have the same sources, φ and boxes.
    """
    for repetition in range(REPETITIONS):
        generator = stream(seed, "saliency", repetition)
        seen: dict[str, list[torch.Tensor]] = {name: [] for name in recipes}
        for start in range(0, n_draws, _AT_ONCE):
            phi = dirichlet(alpha, n_images, min(_AT_ONCE, n_draws - start), generator)
            drawn = draw(pictures, phi, generator)
            pixels, maps = most_salient_pixels(drawn.pictures), saliency_maps(drawn.pictures)
            for name, recipe in recipes.items():
                seen[name].append(visible_saliency(drawn, compose_drawn(recipe, drawn), pixels, maps))
        for name, parts in seen.items():
            means = _PERCENT * torch.cat(parts, 2).mean((1, 2))
            for metric, value in zip(("salient_pixel_visible", "saliency_visible"), means.tolist(), strict=True):
                yield {"recipe": name, "metric": metric, "seed": repetition, "value": value}


def visible_saliency(drawn: Draw, composition: Composition, pixels: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """Return what a composition shows of each source: (2, K, n), float64.

    First whether the most salient pixel can be seen (1 or 0), then the share of the saliency, summed over the source,
    that lies in the pixels that can be seen.

    pixels: (n_pictures, 2), the place of each picture's most salient pixel; maps: (n_pictures, H, W), its saliency.
    """
    n_images, n_samples = drawn.which.shape
    height, width = maps.shape[1:]
    shown = torch.zeros(n_samples, n_images * height * width, dtype=torch.bool)
    shown = shown.scatter_(1, composition.source_index, True).view(n_samples, n_images, height, width).transpose(0, 1)
    row, column = pixels[drawn.which].unbind(2)
    pixel_shown = shown[torch.arange(n_images)[:, None], torch.arange(n_samples), row, column]
    saliency = maps.double()[drawn.which]
    # A picture without any saliency, of one colour, has none to be seen.
    total = saliency.sum((2, 3)).clamp_min(torch.finfo(saliency.dtype).tiny)
    return torch.stack([pixel_shown.double(), (saliency * shown).sum((2, 3)) / total])
