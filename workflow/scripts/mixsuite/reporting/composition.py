"""jeong2021's Fig. 1 on real images: K images in nested boxes, the stick that is broken for them, and their areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch

from mixsuite.reporting.compositions import HALO, Box, Mixed, Sample, measured, outline, show, source_colour
from mixsuite.reporting.description import Description
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

_HEIGHT = 3.25
_FADED = 0.78
_BAR = 0.62


def sources_table(mixed: Mixed) -> pd.DataFrame:
    """Return what the figure shows, a line per source of the first sample: φ, v, the realised share, its box."""
    sample = mixed.samples[0]
    boxes = [Box(0, 0, *mixed.size), *sample.boxes]
    return pd.DataFrame(
        {
            "source": range(1, len(sample.phi) + 1),
            "class": sample.classes,
            "phi": sample.phi,
            # The last source takes all that is left.
            "v": [*sample.v, 1.0],
            "share": sample.shares,
            **{edge: [getattr(box, edge) for box in boxes] for edge in Box._fields},
        }
    )


def measure_areas(description: Description, mixed: Mixed) -> pd.DataFrame:
    """Return the measurements of the rows r1, r2, ...: what the areas of many images are like, by source."""
    return measured(description, ((f"r{each['source'] + 1}", each) for each in mixed.areas))


def draw(description: Description, mixed: Mixed) -> Figure:
    """Return the figure of the first sample of the first recipe."""
    sample, recipe = mixed.samples[0], next(iter(mixed.recipes))
    n_images = len(sample.phi)
    with figure_style():
        figure = Figure(figsize=(TEXT_WIDTH["jeong2021"], _HEIGHT), layout="constrained")
        grid = figure.add_gridspec(2, n_images + 1, width_ratios=[1] * n_images + [2.05], height_ratios=[1.12, 1])
        for k in range(n_images):
            _draw_source(figure.add_subplot(grid[0, k]), sample, k)
        composite = figure.add_subplot(grid[:, n_images])
        _draw_composite(composite, sample, sample.images[recipe])
        _draw_sticks(figure.add_subplot(grid[1, :n_images]), sample)
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_source(axis: Axes, sample: Sample, k: int) -> None:
    image = sample.sources[k]
    whole = Box(0, 0, *image.shape[:2])
    own = whole if k == 0 else sample.boxes[k - 1]
    inner = sample.boxes[k] if k < len(sample.boxes) else None
    given = np.zeros(image.shape[:2], bool)
    given[own.top : own.bottom, own.left : own.right] = True
    if inner:
        given[inner.top : inner.bottom, inner.left : inner.right] = False
    faded = (image + _FADED * (255.0 - image)).astype(np.uint8)
    show(axis, np.where(given[..., None], image, faded))
    outline(axis, own, source_colour(k))
    if inner:
        outline(axis, inner, source_colour(k), width=1, style=(0, (3, 2)))
    axis.set_title(f"$x_{k + 1}$: {sample.classes[k]}", color=source_colour(k), fontweight="bold")


def _draw_composite(axis: Axes, sample: Sample, image: np.ndarray) -> None:
    show(axis, image)
    boxes = [Box(0, 0, *image.shape[:2]), *sample.boxes]
    for k, box in enumerate(boxes):
        outline(axis, box, source_colour(k), width=2)
    for k, box in enumerate(boxes):
        row, column = _label_place(box, boxes[k + 1] if k + 1 < len(boxes) else None)
        text = {"size": 11, "color": source_colour(k), "fontweight": "bold", "path_effects": HALO}
        axis.text(column, row, f"$r_{k + 1}$", ha="center", va="center", **text)
    axis.set_title("Composite $x_c$")


def _label_place(box: Box, inner: Box | None) -> tuple[float, float]:
    """Return (row, column) in the middle of the widest band of `box` that is outside `inner`."""
    middle = (box.top + box.bottom) / 2, (box.left + box.right) / 2
    if inner is None:
        return middle
    bands = {
        (((box.top + inner.top) / 2), middle[1]): inner.top - box.top,
        (((box.bottom + inner.bottom) / 2), middle[1]): box.bottom - inner.bottom,
        (middle[0], (box.left + inner.left) / 2): inner.left - box.left,
        (middle[0], (box.right + inner.right) / 2): box.right - inner.right,
    }
    return max(bands, key=bands.get)


def _draw_sticks(axis: Axes, sample: Sample) -> None:
    """Draw the stick as it is broken, a row per break, and below the pieces beside the areas that came of them."""
    n_breaks = len(sample.v)
    starts = np.concatenate([[0.0], np.cumsum(sample.phi)])
    for k in range(n_breaks):
        row, end = -k, starts[k] + (1 - starts[k]) * sample.v[k]
        _bar(axis, row, starts[k], end, source_colour(k), f"$v_{k + 1}$ = {sample.v[k]:.3f}")
        _bar(axis, row, end, 1, "#BBBBBB", f"$1-v_{k + 1}$ = {1 - sample.v[k]:.3f}", hatched=False)
        below = -k - 1
        for x in (end, 1.0):
            look = {"color": GUIDE_COLOUR, "linewidth": 0.5, "linestyle": (0, (2, 2))}
            places = {"xyA": (x, row - _BAR / 2), "xyB": (x, below + _BAR / 2), "coordsA": "data", "coordsB": "data"}
            axis.add_artist(ConnectionPatch(**places, **look))
    _pieces(axis, -n_breaks, [f"\\phi_{k + 1}" for k in range(n_breaks + 1)], sample.phi)
    _pieces(axis, -n_breaks - 1, [f"|r_{k + 1}|" for k in range(n_breaks + 1)], sample.shares)
    labels = ["whole image", *(f"box {k}" for k in range(1, n_breaks)), "drawn $\\phi$", "area of $r$"]
    axis.set(xlim=(0, 1), ylim=(-n_breaks - 1 - _BAR, _BAR * 0.6))
    axis.set_yticks([-row for row in range(len(labels))], labels)
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    axis.set_xlabel("Share of the image's area")
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right", "left"]].set_visible(False)


def _pieces(axis: Axes, row: float, names: Sequence[str], lengths: Sequence[float]) -> None:
    ends = np.cumsum(lengths)
    for k, (name, length) in enumerate(zip(names, lengths, strict=True)):
        _bar(axis, row, ends[k] - length, ends[k], source_colour(k), f"${name}$ = {length:.3f}")


def _bar(axis: Axes, row: float, start: float, end: float, colour: str, text: str, hatched: bool = True) -> None:
    look = {"facecolor": "white", "hatch": "//////"} if hatched else {"facecolor": "#EEEEEE"}
    axis.barh(row, end - start, _BAR, left=start, edgecolor=colour, linewidth=1, **look)
    # A narrow piece has no room for its number, which the csv holds.
    if end - start > 0.09:
        halo = {"path_effects": HALO} if hatched else {}
        short = text if end - start > 0.17 else text.split(" = ")[0]
        axis.text((start + end) / 2, row, short, ha="center", va="center", size=6.5, **halo)
