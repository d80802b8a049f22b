"""jeong2021's supplementary Fig. 2: mixed images and their soft labels, a row of images per recipe."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mixsuite.reporting.compositions import Box, Mixed, Sample, measured, outline, show, source_colour
from mixsuite.reporting.description import Description
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

_GAP = 0.12
"""Between the sources of an image, as a fraction of one."""
_BAR_HEIGHT = 0.13
"""Inches of a bar of a soft label with the room around it."""
_NAME_WIDTH, _PADDING, _LEGEND_HEIGHT = 0.2, 0.15, 0.35
"""Inches of a row's name, between panels, and of the legend with the note of a stand-in."""
_LONG, _LETTERS = 0.45, 20
"""From which share on a bar has its name inside, and how much of the name there is room for."""
_PIXEL = {"marker": "o", "markersize": 5, "markeredgecolor": "white", "markeredgewidth": 1, "linestyle": ""}


def labels_table(mixed: Mixed) -> pd.DataFrame:
    """Return what the figure shows, a line per recipe, sample and source.

    `label` is the source's share of the soft label, and `salient_pixel_visible` whether its most salient pixel can be
    seen.
    """
    return pd.DataFrame(
        [
            {
                "recipe": recipe,
                "method": settings["method"],
                "sample": number,
                "source": k + 1,
                "class": name,
                "phi": sample.phi[k],
                "label": sample.shares[k],
                "salient_pixel_visible": sample.shown_salient_pixel(recipe, k) is not None,
            }
            for recipe, settings in mixed.recipes.items()
            for number, sample in enumerate(mixed.samples, start=1)
            for k, name in enumerate(sample.classes)
        ]
    )


def measure_saliency(description: Description, mixed: Mixed) -> pd.DataFrame:
    """Return the measurements of a row per method: how much of what is salient many of its images show."""
    return measured(description, ((mixed.recipes[each["recipe"]]["method"], each) for each in mixed.saliency))


def draw(description: Description, mixed: Mixed) -> Figure:
    """Return the figure: the sources on top, then for each recipe its mixed images, each above its soft label.

    Raises:
        ValueError: no recipe looks at saliency, so that the composition has no salient pixels to mark.
    """
    samples = mixed.samples
    if any(sample.salient_pixels is None for sample in samples):
        raise ValueError(f"composition: recipes: found {list(mixed.recipes)}, expected one that looks at saliency")
    n_images, width = len(samples[0].classes), TEXT_WIDTH["jeong2021"]
    side = (width - _NAME_WIDTH) / len(samples) - _PADDING
    heights = [side / (n_images + _GAP * (n_images - 1)), *[side, _BAR_HEIGHT * n_images] * len(mixed.recipes)]
    with figure_style():
        figure = Figure(figsize=(width, sum(heights) + _PADDING * len(heights) + _LEGEND_HEIGHT), layout="constrained")
        panels = figure.subplots(len(heights), len(samples), squeeze=False, height_ratios=heights)
        for sample, axis in zip(samples, panels[0], strict=True):
            _draw_sources(axis, sample)
        _name_row(panels[0, 0], "Sources", GUIDE_COLOUR)
        for number, (recipe, settings) in enumerate(mixed.recipes.items()):
            style = method_style(settings["method"])
            images, labels = panels[1 + 2 * number], panels[2 + 2 * number]
            _name_row(images[0], style.name, style.colour)
            for sample, above, below in zip(samples, images, labels, strict=True):
                _draw_image(above, sample, recipe)
                _draw_label(below, sample, recipe)
        _add_legend(figure)
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_sources(axis: Axes, sample: Sample) -> None:
    n_images, height, width, _ = sample.sources.shape
    step = round(width * (1 + _GAP))
    strip = np.full((height, step * (n_images - 1) + width, sample.sources.shape[3]), 255, np.uint8)
    for k, source in enumerate(sample.sources):
        strip[:, k * step : k * step + width] = source
    show(axis, strip)
    for k, (row, column) in enumerate(sample.salient_pixels):
        left = k * step
        outline(axis, Box(0, left, height, left + width), source_colour(k), width=1)
        axis.plot(left + column, row, color=source_colour(k), **{**_PIXEL, "markersize": 3.5, "markeredgewidth": 0.7})


def _draw_image(axis: Axes, sample: Sample, recipe: str) -> None:
    image = sample.images[recipe]
    show(axis, image)
    for k, box in enumerate([Box(0, 0, *image.shape[:2]), *sample.boxes]):
        outline(axis, box, source_colour(k), width=1)
        if shown := sample.shown_salient_pixel(recipe, k):
            axis.plot(shown[1], shown[0], color=source_colour(k), clip_on=False, zorder=3, **_PIXEL)


def _draw_label(axis: Axes, sample: Sample, recipe: str) -> None:
    for k, (name, share) in enumerate(zip(sample.classes, sample.shares, strict=True)):
        axis.barh(-k, share, 0.8, color=source_colour(k))
        shown = sample.shown_salient_pixel(recipe, k) is not None
        inside = share > _LONG
        where = {"x": 0.02, "color": "white"} if inside else {"x": share + 0.02}
        text = f"{textwrap.shorten(name, _LETTERS, placeholder=' …')} {share:.2f}"
        axis.text(y=-k, s=text, va="center", size=6, **where)
        look = {**_PIXEL, "markersize": 4, "markeredgecolor": source_colour(k), "markeredgewidth": 0.8}
        axis.plot(-0.05, -k, color=source_colour(k) if shown else "white", clip_on=False, **look)
    axis.set(xlim=(0, 1), ylim=(-len(sample.classes) + 0.4, 0.6), xticks=[], yticks=[])
    axis.spines[["top", "right", "bottom"]].set_visible(False)


def _name_row(axis: Axes, name: str, colour: str) -> None:
    where = {"xy": (0, 0.5), "xycoords": "axes fraction", "xytext": (-6, 0), "textcoords": "offset points"}
    axis.annotate(name, **where, rotation=90, ha="right", va="center", size=7.5, color=colour, fontweight="bold")


def _add_legend(figure: Figure) -> None:
    hollow = {**_PIXEL, "markeredgecolor": GUIDE_COLOUR, "markersize": 4, "markeredgewidth": 0.8}
    handles = [Line2D([], [], color=fill, **hollow) for fill in (GUIDE_COLOUR, "white")]
    meanings = ["most salient pixel of the source, seen in the image", "not seen"]
    figure.legend(handles, meanings, loc="outside upper center", ncols=2)
