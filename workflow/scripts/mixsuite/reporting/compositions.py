"""Mixed images and what they were made of, as composed by compose_images.py, and how sources look in a figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from mixsuite.reporting.description import Description, Row, Run
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.results import read_result

SOURCE_COLOURS = ("#D55E00", "#009E73", "#0072B2", "#E69F00", "#CC79A7", "#56B4E9")
"""Of the Okabe-Ito palette; the first three are as near to the red, green and blue of jeong2021's Fig. 1 as it has."""
HALO = [withStroke(linewidth=2.6, foreground="white")]


class Box(NamedTuple):
    """A half-open box in pixels."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sample:
    """A mixed image's sources, outermost first, and how they were put together.

    `boxes` are the places of all but the first in the mix, the same for all recipes; `cuts`, by recipe, are the boxes
    of the same size in their sources. `salient_pixels`, (row, column), are None where no recipe looks at them.
    """

    classes: list[str]
    phi: list[float]
    v: list[float]
    shares: list[float]
    boxes: list[Box]
    cuts: dict[str, list[Box]]
    salient_pixels: list[tuple[int, int]] | None
    sources: np.ndarray
    images: dict[str, np.ndarray]

    def shown_salient_pixel(self, recipe: str, source: int) -> tuple[int, int] | None:
        """Return where the most salient pixel of a source (from 0) is in the mixed image, None where it is not."""
        row, column = self.salient_pixels[source]
        height, width = self.sources.shape[1:3]
        place = cut = Box(0, 0, height, width)
        if source > 0:
            place, cut = self.boxes[source - 1], self.cuts[recipe][source - 1]
        row, column = row - cut.top + place.top, column - cut.left + place.left
        covered = source < len(self.boxes) and _holds(self.boxes[source], row, column)
        return (row, column) if _holds(place, row, column) and not covered else None


@dataclass(frozen=True)
class Mixed:
    """The content of a composition; `recipes` are their settings by name, `size` is (height, width) in pixels."""

    recipes: dict[str, dict[str, Any]]
    size: tuple[int, int]
    samples: list[Sample]
    areas: list[dict[str, Any]]
    saliency: list[dict[str, Any]]


def read_mixed(description: Description, runs: Path | str) -> Mixed:
    """Return the composition that the artefact shows, from `runs`/IDENTITY/{composition.json, images.npz}.

    Raises:
        ValueError: a file is missing or damaged, or is that of another composition.
    """
    if not description.measured.get("composition"):
        raise ValueError("--artefact: composition: missing, expected the identity of the mixed images to show")
    identity = description.measured["composition"][0].identity
    folder = Path(runs) / identity
    record = read_result(folder / "composition.json", identity, folder / "images.npz")
    recipes = record["specification"]["recipes"]
    try:
        with np.load(folder / "images.npz", allow_pickle=False) as file:
            sources, images = file["sources"], {name: file[f"images_{name}"] for name in recipes}
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{folder / 'images.npz'}: cannot be read, expected mixed images ({error})") from None
    samples = [_sample(number, made_of, sources, images) for number, made_of in enumerate(record["samples"])]
    return Mixed(recipes, tuple(record["size"]), samples, record["areas"], record["saliency"])


def measured(description: Description, values: Iterator[tuple[str, dict[str, Any]]]) -> pd.DataFrame:
    """Return the measurements of (row id, {metric, seed, value}) pairs."""
    # Repetitions are no runs of their own, and so have no identity to name.
    return measurement_table(
        measurement
        for row, each in values
        for measurement in measure(
            description.name,
            Row(id=row, label=row, stand_in=description.stand_in),
            Run(each["seed"], identity=""),
            {each["metric"]: each["value"]},
        )
    )


def source_colour(source: int) -> str:
    """Return the colour of the source number `source` (from 0)."""
    return SOURCE_COLOURS[source % len(SOURCE_COLOURS)]


def show(axis: Axes, image: np.ndarray) -> None:
    """Show an image (H, W, C), grey or RGB, without axes and with its pixels as they are."""
    axis.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="none")
    axis.set_axis_off()


def outline(axis: Axes, box: Box, colour: str, width: float = 1.4, style: str = "-") -> None:
    """Draw the edge of a box that is not empty, set off against the image by white lines."""
    if box.bottom > box.top and box.right > box.left:
        corner, extent = (box.left - 0.5, box.top - 0.5), (box.right - box.left, box.bottom - box.top)
        look = {"fill": False, "edgecolor": colour, "linewidth": width, "linestyle": style, "clip_on": False}
        white = [withStroke(linewidth=width + 1.4, foreground="white")]
        axis.add_patch(Rectangle(corner, *extent, path_effects=white, joinstyle="miter", **look))


def _sample(number: int, made_of: dict[str, Any], sources: np.ndarray, images: dict[str, np.ndarray]) -> Sample:
    salient = made_of["salient_pixels"]
    return Sample(
        **{key: made_of[key] for key in ("classes", "phi", "v", "shares")},
        boxes=[Box(*box) for box in made_of["boxes"]],
        cuts={name: [Box(*box) for box in boxes] for name, boxes in made_of["cuts"].items()},
        salient_pixels=[tuple(pixel) for pixel in salient] if salient else None,
        sources=sources[number],
        images={name: mixed[number] for name, mixed in images.items()},
    )


def _holds(box: Box, row: int, column: int) -> bool:
    return box.top <= row < box.bottom and box.left <= column < box.right
