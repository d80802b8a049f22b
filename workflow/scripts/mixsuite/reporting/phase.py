"""The phase picture, beyond oh2024: how rare a feature and how strong the noise may be for a method to learn it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, NullFormatter

from mixsuite.patches.setting import METHODS
from mixsuite.patches.theory import LEARNED_ACCURACY
from mixsuite.reporting.description import Description, Row, Run
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import TEXT_WIDTH, figure_style

_AXES = ["dominant_noise", "expected_images"]
_COLOURS = "cividis"
_HEIGHT = 2.3
_LEARNED = {"linewidth": 1.2, "path_effects": [withStroke(linewidth=2.4, foreground="black")]}
# The halos set lines off against dark and bright cells alike.
_HALO = {"path_effects": [withStroke(linewidth=2.2, foreground="white", alpha=0.7)]}
_AGAINST_DOMINANT = {"color": "black", "linestyle": "--", "linewidth": 1, **_HALO}
_AGAINST_BACKGROUND = {"color": "black", "linestyle": ":", "linewidth": 1.2, **_HALO}


def read_sweep(folder: Path | str, sweep: str) -> pd.DataFrame:
    """Return the sweep's rows of all methods, from `folder`/sweeps/`sweep`/METHOD.csv (see mixsuite.patches.sweep).

    Raises:
        ValueError: a method's file is missing.
    """
    tables = []
    for method in METHODS:
        path = Path(folder) / "sweeps" / sweep / f"{method}.csv"
        if not path.is_file():
            raise ValueError(f"{path}: missing, expected the sweep of {method}")
        tables.append(pd.read_csv(path))
    return pd.concat(tables, ignore_index=True)


def phase_cells(sweep: pd.DataFrame) -> pd.DataFrame:
    """Return a line per method, noise and feature: mean and standard deviation of the accuracy over seeds."""
    keys = ["method", *_AXES, "background_noise", "sigma_d", "sigma_b", "steps", "feature", "rarity", "rho"]
    accuracy = sweep.groupby(keys, sort=False)["class_accuracy"]
    return accuracy.agg(accuracy_mean="mean", accuracy_std="std", seeds="count").reset_index()


def measure_phase(description: Description, sweep: pd.DataFrame) -> pd.DataFrame:
    """Return the measurements: `class_accuracy` of every method, noise, feature and seed."""
    return measurement_table(
        measurement
        for line in sweep.itertuples()
        for measurement in measure(
            description.name, _row(line, description), _run(line), {"class_accuracy": line.class_accuracy}
        )
    )


def draw(cells: pd.DataFrame) -> Figure:
    """Return the figure of the `cells`: a panel per method, coloured by accuracy, with the predicted thresholds.

    Raises:
        ValueError: fewer than two strengths of noise, or two probabilities of features.
    """
    with figure_style():
        figure = Figure(figsize=(TEXT_WIDTH["oh2024"], _HEIGHT), layout="constrained")
        panels = figure.subplots(1, len(METHODS), sharex=True, sharey=True)
        for axis, method in zip(panels, METHODS, strict=True):
            mesh = _draw_panel(axis, cells[cells["method"] == method])
            axis.set_title(method_style(method).name)
        panels[0].set_ylabel("Dominant noise, $\\sigma_d^2 d$")
        panels[len(METHODS) // 2].set_xlabel("Expected training samples with the feature, $n\\rho_k$")
        bar = figure.colorbar(mesh, ax=panels, aspect=25, pad=0.02)
        # A feature that is not learned yet may be learned later, by CutMix above all.
        iterations = f"after {cells['steps'].max():,} iterations"
        bar.set_label(f"Test accuracy on the feature\n{iterations}\n(mean over {count_seeds(cells['seeds'].max())})")
        looks = {
            f"accuracy {LEARNED_ACCURACY:g}: learned": {"color": "white", **_LEARNED},
            "$n\\rho_k = \\sigma_d^2 d$, predicted for ERM": _AGAINST_DOMINANT,
            "$n\\rho_k = \\sigma_b^2 d$, predicted for Cutout": _AGAINST_BACKGROUND,
        }
        handles = [Line2D([], [], **look) for look in looks.values()]
        figure.legend(handles, list(looks), loc="outside lower center", ncols=len(looks))
        return figure


def _row(line: Any, description: Description) -> Row:
    name = f"{line.method}/sigma_d{line.sigma_d:g}/feature{line.feature}"
    return Row(id=name, label=name, stand_in=description.stand_in)


def _run(line: Any) -> Run:
    # The descents of a sweep leave no folders of their own, and so have no identity to name.
    return Run(line.seed, identity="")


def _draw_panel(axis: Axes, cells: pd.DataFrame) -> QuadMesh:
    # Features of equal probability share a column.
    grid = cells.pivot_table(index=_AXES[0], columns=_AXES[1], values="accuracy_mean")
    if min(grid.shape) < 2:
        raise ValueError(f"sweep: found a grid of {grid.shape[0]} x {grid.shape[1]}, expected at least 2 x 2 to draw")
    noise, images = grid.index.to_numpy(), grid.columns.to_numpy()
    axis.set(xscale="log", yscale="log", xlim=_ends(images), ylim=_ends(noise))
    mesh = axis.pcolormesh(_edges(images), _edges(noise), grid, cmap=_COLOURS, vmin=0.5, vmax=1)
    if grid.min(axis=None) < LEARNED_ACCURACY < grid.max(axis=None):
        border = axis.contour(images, noise, grid, levels=[LEARNED_ACCURACY])
        border.set(edgecolor="white", facecolor="none", **_LEARNED)
    background = (cells["background_noise"] / cells["dominant_noise"]).iloc[0]
    for slope, look in ((1, _AGAINST_DOMINANT), (1 / background, _AGAINST_BACKGROUND)):
        axis.plot(_edges(images), slope * _edges(images), **look)
    for ticks in (axis.xaxis, axis.yaxis):
        ticks.set_major_locator(LogLocator(subs=(1, 3)))
        ticks.set_major_formatter("{x:g}")
        ticks.set_minor_formatter(NullFormatter())
    return mesh


def _edges(centres: np.ndarray) -> np.ndarray:
    """Return the borders between cells on a logarithmic axis, geometric means; the outer ones are mirrored."""
    logarithms = np.log(centres)
    inner = (logarithms[1:] + logarithms[:-1]) / 2
    return np.exp([2 * logarithms[0] - inner[0], *inner, 2 * logarithms[-1] - inner[-1]])


def _ends(centres: np.ndarray) -> tuple[float, float]:
    edges = _edges(centres)
    return edges[0], edges[-1]
