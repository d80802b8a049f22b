"""jeong2021's Fig. 3a and supplementary Fig. 1: the test loss over the plane of two Hessian eigenvectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LightSource, to_rgb
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from mixsuite.reporting.description import Description
from mixsuite.reporting.landscapes import Landscapes, rows_by_method
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import TEXT_WIDTH, figure_style, mark_stand_in

_COLOURS = "cividis"
_LEVELS = 9
_HEIGHT_PER_LINE = 1.85
_COLUMNS = 2
"""Of contour plots."""
_VIEW = {"elev": 16, "azim": -55}
_HALO = [withStroke(linewidth=1.5, foreground="black", alpha=0.6)]
_ON_COLOUR = {"color": "white", "size": 6, "path_effects": _HALO}
_LIGHT = LightSource(azdeg=225, altdeg=50)


def surface_table(description: Description, landscapes: Landscapes) -> pd.DataFrame:
    """Return what the figure shows, a line per method, λ1 and λ2.

    loss, error: means over seeds, in nats and %; loss_std: the standard deviation (n - 1) over seeds; seeds: how many.
    """
    lines = pd.concat(
        [
            _grid(landscape).assign(row=row.id, label=row.label, method=method, seed=seed)
            for method, row in rows_by_method(description).items()
            for seed, landscape in landscapes[row.id].items()
        ]
    )
    grouped = lines.groupby(["row", "label", "method", "lambda1", "lambda2"], sort=False)
    return grouped.agg(
        loss=("loss", "mean"), loss_std=("loss", "std"), error=("error", "mean"), seeds=("seed", "nunique")
    ).reset_index()


def measure_surfaces(description: Description, landscapes: Landscapes) -> pd.DataFrame:
    """Return the measurements of every row and seed.

    `centre_loss` is the test loss at the trained weights, `surface_loss` its mean over the surface, and
    `surface_loss_rise` the difference: the smaller it is, the wider the surface.
    """
    return measure_runs(description, lambda row, run: _summary(landscapes[row.id][run.seed]))


def draw(description: Description, table: pd.DataFrame, landscapes: Landscapes) -> Figure:
    """Return the figure of the `table`: all surfaces in one box as in the paper, below them a contour plot of each."""
    rows = rows_by_method(description)
    grids = {method: table[table["method"] == method].pivot(index="lambda1", columns="lambda2") for method in rows}
    losses = {method: grid["loss"] for method, grid in grids.items()}
    # How wide a minimum is shows in the rise; how deep it is, in the number at its centre.
    rises = {method: loss - _centre(loss) for method, loss in losses.items()}
    levels = MaxNLocator(_LEVELS).tick_values(*_range(rises))
    # Two lines at least, for the box beside them.
    n_lines = -(-len(rows) // _COLUMNS)
    height = max(n_lines, 2) * _HEIGHT_PER_LINE
    with figure_style():
        figure = Figure(figsize=(TEXT_WIDTH["jeong2021"], height), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=[1, 1.05])
        _draw_surfaces(left.add_subplot(projection="3d"), losses)
        handles = [Patch(facecolor=method_style(method).colour) for method in rows]
        left.legend(handles, [row.label for row in rows.values()], loc="outside upper center", ncols=2)
        panels = right.subplots(n_lines, _COLUMNS, sharex=True, sharey=True, squeeze=False)
        shown, empty = panels.flat[: len(rows)], panels.flat[len(rows) :]
        for above, axis in zip(panels.flat[len(rows) - _COLUMNS :], empty, strict=False):
            axis.remove()
            above.tick_params(labelbottom=True)
        for axis, (method, row) in zip(shown, rows.items(), strict=True):
            contours = _draw_contours(axis, rises[method], levels, _centre(losses[method]))
            axis.set_title(
                f"{row.label}\n{_eigenvalues(landscapes[row.id])}", color=method_style(method).colour, size=7
            )
        right.supxlabel("$\\lambda_1$", size=7.5)
        right.supylabel("$\\lambda_2$", size=7.5)
        right.colorbar(contours, ax=list(shown), aspect=25, pad=0.02).set_label(
            f"Rise of the test loss (nats), {_meaning(table)}"
        )
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _grid(landscape: Mapping) -> pd.DataFrame:
    surface = landscape["surface"]
    first, second = np.meshgrid(surface["steps"], surface["steps"], indexing="ij")
    values = {"loss": np.ravel(surface["loss"]), "error": np.ravel(surface["error"])}
    return pd.DataFrame({"lambda1": first.ravel(), "lambda2": second.ravel(), **values})


def _summary(landscape: Mapping) -> dict[str, float]:
    centre, mean = landscape["centre"]["loss"], float(np.mean(landscape["surface"]["loss"]))
    return {"centre_loss": centre, "surface_loss": mean, "surface_loss_rise": mean - centre}


def _centre(loss: pd.DataFrame) -> float:
    return loss.iat[len(loss) // 2, len(loss) // 2]


def _range(grids: Mapping[str, pd.DataFrame]) -> tuple[float, float]:
    whole = pd.concat(grids.values())
    return whole.min(axis=None), whole.max(axis=None)


def _meaning(table: pd.DataFrame) -> str:
    return f"mean over {count_seeds(table['seeds'].max())}"


def _draw_surfaces(axis: Axes3D, losses: Mapping[str, pd.DataFrame]) -> None:
    # All in one collection: matplotlib sorts the faces of one by their depth, but draws one collection over another.
    faces, colours = [], []
    for method, loss in losses.items():
        for face, colour in _shaded_faces(loss, method_style(method).colour):
            faces.append(face)
            colours.append(colour)
    edges = [tuple(0.75 * part for part in colour) for colour in colours]
    axis.add_collection3d(Poly3DCollection(faces, facecolors=colours, edgecolors=edges, linewidths=0.3))
    ends = loss.index.min(), loss.index.max()
    axis.set(xlim=ends, ylim=ends, zlim=_range(losses))
    axis.set(xlabel="$\\lambda_1$", ylabel="$\\lambda_2$", zlabel="Test loss (nats)")
    # Not at the ends, where the labels of two axes would meet.
    axis.set(xticks=[ends[0] / 2, 0, ends[1] / 2], yticks=[ends[0] / 2, 0, ends[1] / 2])
    axis.zaxis.set_major_locator(MaxNLocator(5))
    axis.tick_params(pad=-1)
    axis.view_init(**_VIEW)
    axis.set_box_aspect((1, 1, 0.85), zoom=0.82)


def _shaded_faces(loss: pd.DataFrame, colour: str) -> list[tuple[np.ndarray, tuple[float, float, float]]]:
    first, second = np.meshgrid(loss.index, loss.columns, indexing="ij")
    points = np.stack([first, second, loss.to_numpy()], axis=-1)
    corners = np.stack([points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]], axis=2)
    heights = corners[..., 2].mean(axis=2)
    light = _LIGHT.hillshade(heights, vert_exag=0.5 * len(heights) / max(np.ptp(heights), 1e-12))
    shades = np.outer(0.7 + 0.3 * light.ravel(), to_rgb(colour))
    return list(zip(corners.reshape(-1, 4, 3), map(tuple, shades), strict=True))


def _draw_contours(axis: Axes, rise: pd.DataFrame, levels: np.ndarray, centre: float) -> QuadContourSet:
    # λ1 to the right: it is the table's first axis.
    filled = axis.contourf(rise.index, rise.columns, rise.T, levels=levels, cmap=_COLOURS)
    lines = axis.contour(rise.index, rise.columns, rise.T, levels=levels, colors="white", linewidths=0.5)
    for label in axis.clabel(lines, fontsize=5, fmt="%g"):
        label.set_path_effects(_HALO)
    axis.plot(0, 0, marker="+", color="white", markersize=5, path_effects=_HALO)
    axis.annotate(f"{centre:.2f}", (0, 0), (3, 3), textcoords="offset points", **_ON_COLOUR)
    ends = rise.index.min(), rise.index.max()
    axis.set(aspect="equal", xticks=[ends[0], 0, ends[1]], yticks=[ends[0], 0, ends[1]])
    return filled


def _eigenvalues(landscapes: Mapping[int, Mapping]) -> str:
    first, second = np.mean([landscape["eigenvalues"] for landscape in landscapes.values()], axis=0)
    negative = sum(min(landscape["eigenvalues"]) < 0 for landscape in landscapes.values())
    told = f" (negative: {count_seeds(negative)})" if negative else ""
    return f"$h_1$ = {first:.3g}, $h_2$ = {second:.3g}{told}"
