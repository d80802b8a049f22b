"""jeong2021's Fig. 2: anchors whose loss varies much, or little, with what they are mixed with, and their mixes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from mixsuite.reporting.compositions import Box, outline, show, source_colour
from mixsuite.reporting.description import Description
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.rank_correlation import spearman
from mixsuite.reporting.results import read_result
from mixsuite.reporting.style import TEXT_WIDTH, figure_style, mark_stand_in
from mixsuite.subsampling.measures import coefficient_of_variation
from mixsuite.subsampling.scores import read_scores

_METRIC = "cv_reliability"
_SIDES = {"high": ("The loss varies much", "#009E73"), "low": ("The loss varies little", "#A40000")}
"""Green and red borders, as the paper has them."""
_ROW_HEIGHT = 0.86


@dataclass(frozen=True)
class Anchors:
    """What the gallery's record says of each anchor, and the images: (A, H, W, C) and (A, composites, H, W, C)."""

    shown: list[dict[str, Any]]
    images: np.ndarray
    composites: np.ndarray


def read_anchors(description: Description, folder: Path | str) -> Anchors:
    """Return the gallery that the artefact shows, from `folder`/IDENTITY/{anchors.json, images.npz}.

    Raises:
        ValueError: a file is missing or damaged, or is that of another gallery.
    """
    if not description.measured.get("anchors"):
        raise ValueError("--artefact: anchors: missing, expected the identity of the anchors to show")
    identity = description.measured["anchors"][0].identity
    place = Path(folder) / identity
    record = read_result(place / "anchors.json", identity, place / "images.npz")
    try:
        with np.load(place / "images.npz", allow_pickle=False) as file:
            return Anchors(record["anchors"], file["anchors"], file["composites"])
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{place / 'images.npz'}: cannot be read, expected a gallery's images ({error})") from None


def measure_reliability(description: Description, folder: Path | str) -> pd.DataFrame:
    """Return, per row and seed, how much the CV tells of an image rather than of the draws: `cv_reliability`.

    It is Spearman's rank correlation, over all training images, of the CV of the draws at even places with that of the
    draws at odd places: near 0 if all images were alike and only the draws differed.

    Raises:
        ValueError: scores are missing, damaged or those of another scoring.
    """
    return measurement_table(
        each
        for row in description.rows
        for run in row.measured.get("scores", ())
        for each in measure(description.name, row, run, {_METRIC: _reliability(Path(folder), run.identity)})
    )


def anchors_table(anchors: Anchors) -> pd.DataFrame:
    """Return a line per composite: side and class of its anchor, the anchor's CV, the loss, who owns how much."""
    return pd.DataFrame(
        [
            {
                **{key: each[key] for key in ("side", "place", "class", "cv")},
                "loss": composite["loss"],
                "classes": " ".join(composite["classes"]),
                "shares": " ".join(f"{share:.3f}" for share in composite["shares"]),
            }
            for each in anchors.shown
            for composite in each["composites"]
        ]
    )


def draw(description: Description, anchors: Anchors) -> Figure:
    """Return the figure: on each side a line per anchor, the anchor first, its composites by rising loss."""
    n_lines = sum(each["side"] == "high" for each in anchors.shown)
    with figure_style():
        figure = Figure(figsize=(TEXT_WIDTH["jeong2021"], _ROW_HEIGHT * n_lines + 0.6), layout="constrained")
        halves = figure.subfigures(1, 2, wspace=0.04)
        for half, (side, (title, colour)) in zip(halves, _SIDES.items(), strict=True):
            half.suptitle(title, color=colour)
            _draw_side(half, anchors, [n for n, each in enumerate(anchors.shown) if each["side"] == side], colour)
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_side(half: SubFigure, anchors: Anchors, numbers: list[int], colour: str) -> None:
    axes = half.subplots(len(numbers), 1 + anchors.composites.shape[1], squeeze=False)
    for line, number in zip(axes, numbers, strict=True):
        shown, image = anchors.shown[number], anchors.images[number]
        show(line[0], image)
        outline(line[0], Box(0, 0, *image.shape[:2]), colour)
        line[0].set_title(f"{shown['class']}\nCV {shown['cv']:.2f}", size=6.5, color=colour)
        for axis, composite, made_of in zip(line[1:], anchors.composites[number], shown["composites"], strict=True):
            _draw_composite(axis, composite, made_of)


def _draw_composite(axis: Axes, image: np.ndarray, made_of: dict[str, Any]) -> None:
    show(axis, image)
    for source, box in enumerate(made_of["boxes"], start=1):
        outline(axis, Box(*box), source_colour(source), width=0.7)
    axis.set_title(f"{made_of['loss']:.2f}", size=6.5)


def _reliability(folder: Path, identity: str) -> float:
    record = read_result(folder / identity / "scores.json", identity)
    losses = read_scores(folder / identity, record["dataset"]["sha256"]).values
    return spearman(*(coefficient_of_variation(losses[:, half::2]) for half in (0, 1))).value
