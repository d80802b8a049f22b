"""jeong2021's Fig. 3b: the test loss under Gaussian noise of growing strength on the weights."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.landscapes import Landscapes, rows_by_method
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

_METRIC = "loss"
_SIZE = (0.75 * TEXT_WIDTH["jeong2021"], 2.7)
_ROW_ID = re.compile(r"sigma(?P<sigma>[0-9.]+)/")


def sigma_of(row: Row) -> float:
    """Return the σ that a row is about, which its id begins with, as in `sigma0.002/cutmix`.

    Raises:
        ValueError: it does not.
    """
    found = _ROW_ID.match(row.id)
    if found is None:
        raise ValueError(f"rows: found the id {row.id!r}, expected one that begins with its σ, as in sigma0.002/")
    return float(found["sigma"])


def noise_table(description: Description, landscapes: Landscapes) -> pd.DataFrame:
    """Return a line per method, seed, draw and σ: the `loss` in nats and the `error` in %; σ = 0 is without noise."""
    return pd.concat(
        [
            pd.DataFrame(_lines(landscape)).assign(label=row.label, method=method, seed=seed)
            for method, row in rows_by_method(description).items()
            for seed, landscape in landscapes[row.id].items()
        ],
        ignore_index=True,
    )


def noise_curves(table: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn, a line per method and σ: mean and standard deviation (n - 1) over all seeds and draws."""
    grouped = table.groupby(["label", "method", "sigma"], sort=False)
    return grouped.agg(
        loss=("loss", "mean"),
        loss_std=("loss", "std"),
        error=("error", "mean"),
        error_std=("error", "std"),
        seeds=("seed", "nunique"),
        draws=("draw", "nunique"),
    ).reset_index()


def measure_noise(description: Description, landscapes: Landscapes) -> pd.DataFrame:
    """Return the `loss` of every row and seed at the row's σ: the mean over draws.

    Raises:
        ValueError: a landscape was not measured at the σ of a row.
    """
    return measure_runs(
        description, lambda row, run: {_METRIC: _mean_loss(landscapes[row.id][run.seed], sigma_of(row), row)}
    )


def draw(description: Description, curves: pd.DataFrame) -> Figure:
    """Return the figure of the `curves`, with the printed points where nothing stands in for the paper's networks."""
    with figure_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        axis = figure.subplots()
        for method, curve in curves.groupby("method", sort=False):
            style = method_style(method)
            low, high = curve["loss"] - curve["loss_std"], curve["loss"] + curve["loss_std"]
            axis.fill_between(curve["sigma"], low, high, color=style.colour, alpha=0.18, linewidth=0)
            look = {"color": style.colour, "marker": style.marker, "label": curve["label"].iloc[0]}
            axis.plot(curve["sigma"], curve["loss"], **look)
        printed = [] if description.stand_in else _draw_printed(axis, description)
        axis.set(xlabel="Standard deviation of the noise on the weights, σ", ylabel="Test loss (nats)")
        sns.despine(ax=axis)
        _add_legend(figure, axis, curves, bool(printed))
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _lines(landscape: dict) -> Iterator[dict[str, float]]:
    noise = landscape["gaussian"]
    for number, (losses, errors) in enumerate(zip(noise["loss"], noise["error"], strict=True)):
        yield {"draw": number, "sigma": 0.0, **noise["centre"]}
        for sigma, loss, error in zip(noise["sigmas"], losses, errors, strict=True):
            yield {"draw": number, "sigma": sigma, "loss": loss, "error": error}


def _mean_loss(landscape: dict, sigma: float, row: Row) -> float:
    noise = landscape["gaussian"]
    if sigma not in noise["sigmas"]:
        raise ValueError(f"{row.id}: found losses at σ = {noise['sigmas']}, expected one at {sigma}")
    place = noise["sigmas"].index(sigma)
    return sum(losses[place] for losses in noise["loss"]) / len(noise["loss"])


def _draw_printed(axis: Axes, description: Description) -> list[Row]:
    rows = [row for row in description.rows if row.method and _METRIC in row.printed]
    for row in rows:
        style = method_style(row.method)
        look = {"marker": style.marker, "markerfacecolor": "none", "markeredgecolor": style.colour, "markersize": 7}
        axis.plot(sigma_of(row), row.printed[_METRIC].value, linestyle="", zorder=4, gid="printed", **look)
    return rows


def _add_legend(figure: Figure, axis: Axes, curves: pd.DataFrame, printed: bool) -> None:
    handles, names = axis.get_legend_handles_labels()
    handles.append(Patch(facecolor=GUIDE_COLOUR, alpha=0.18, linewidth=0))
    over = f"{count_seeds(curves['seeds'].max())} × {curves['draws'].max()} draws"
    names.append(f"mean ± standard\ndeviation over\n{over}")
    if printed:
        handles.append(Line2D([], [], linestyle="", marker="o", markerfacecolor="none", markeredgecolor=GUIDE_COLOUR))
        names.append("printed,\nread off by eye")
    figure.legend(handles, names, loc="outside right upper")
