"""Beyond jeong2021: how sharp the minima are, in numbers, and whether that goes with the test error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mixsuite.reporting.description import Description
from mixsuite.reporting.landscapes import Landscapes, rows_by_method
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.rank_correlation import RankCorrelation, spearman
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import TEXT_WIDTH, figure_style, mark_stand_in

SHARPNESS = {
    "top_eigenvalue": "Largest Hessian eigenvalue",
    "hessian_trace": "Trace of the Hessian",
    "loss_rise": "Rise of the test loss at the largest σ",
}
"""The numbers that say how sharp a minimum is, by metric."""

_SIZE = (TEXT_WIDTH["jeong2021"], 4.3)
# Of the range of all nodes: the width of the Gaussians that the density is smoothed by (PyHessian's is 1e-5 squared).
_SMOOTHING, _DENSITY_POINTS = 0.01, 400


def sharpness_table(description: Description, landscapes: Landscapes) -> pd.DataFrame:
    """Return a line per trained network: row, label, method, seed, the SHARPNESS metrics and the `top1_error`.

    `hessian_trace_error` is the standard error of the trace, which is an estimate by random probes.

    A network that several rows show is there once, under the first of them.
    """
    return pd.DataFrame(
        [
            {"row": row.id, "label": row.label, "method": row.method, "seed": seed, **_numbers(landscape)}
            for row in rows_by_method(description).values()
            for seed, landscape in landscapes[row.id].items()
        ]
    )


def measure_sharpness(description: Description, landscapes: Landscapes) -> pd.DataFrame:
    """Return the measurements of every row and seed: the SHARPNESS metrics."""
    return measure_runs(
        description, lambda row, run: {metric: _numbers(landscapes[row.id][run.seed])[metric] for metric in SHARPNESS}
    )


def correlations(table: pd.DataFrame) -> dict[str, RankCorrelation]:
    """Return, by metric of SHARPNESS, its rank correlation with the test error over all networks of `table`."""
    return {metric: spearman(table[metric], table["top1_error"]) for metric in SHARPNESS}


def density(landscapes: Mapping[int, Mapping[str, Any]], at: np.ndarray, width: float) -> np.ndarray:
    """Return the density of Hessian eigenvalues at the values `at`, the mean over probes and seeds.

    Each node of the quadrature rules is a Gaussian of the standard deviation `width`.
    """
    curves = [
        np.array(weights) @ _gaussians(at, np.array(nodes)[:, None], width)
        for landscape in landscapes.values()
        for nodes, weights in zip(landscape["density"]["nodes"], landscape["density"]["weights"], strict=True)
    ]
    return np.mean(curves, axis=0)


def draw(description: Description, table: pd.DataFrame, landscapes: Landscapes) -> Figure:
    """Return the figure: each number against the test error, and below the spectral densities of all methods."""
    rows, found = rows_by_method(description), correlations(table)
    with figure_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=[1.15, 1])
        panels = above.subplots(1, len(SHARPNESS), sharey=True)
        for axis, (metric, title) in zip(panels, SHARPNESS.items(), strict=True):
            for method, row in rows.items():
                style, own = method_style(method), table[table["method"] == method]
                look = {
                    "color": style.colour,
                    "marker": style.marker,
                    "linestyle": "",
                    "label": row.label,
                    "elinewidth": 0.8,
                }
                axis.errorbar(own[metric], own["top1_error"], xerr=own.get(f"{metric}_error"), alpha=0.85, **look)
            axis.set(xlabel=title, title=f"Spearman {found[metric]}".replace(" [", "\n["))
            sns.despine(ax=axis)
        panels[0].set_ylabel("Test error, last epoch (%)")
        above.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(rows))
        _draw_densities(below.subplots(), rows, landscapes)
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _numbers(landscape: Mapping[str, Any]) -> dict[str, float]:
    noise = landscape["gaussian"]
    return {
        # Of the leading pair, which is largest in magnitude, both may be negative.
        "top_eigenvalue": max(*landscape["eigenvalues"], *_nodes(landscape)),
        "hessian_trace": landscape["trace"],
        "hessian_trace_error": landscape["trace_error"],
        "loss_rise": float(np.mean([losses[-1] for losses in noise["loss"]])) - noise["centre"]["loss"],
        "top1_error": landscape["last"]["top1_error"],
    }


def _draw_densities(axis: Axes, rows: Mapping[str, Any], landscapes: Landscapes) -> None:
    nodes = [node for row in rows.values() for each in landscapes[row.id].values() for node in _nodes(each)]
    low, high = min(nodes), max(nodes)
    width = _SMOOTHING * (high - low)
    at = np.linspace(low - 4 * width, high + 4 * width, _DENSITY_POINTS)
    curves = {method: density(landscapes[row.id], at, width) for method, row in rows.items()}
    for method, curve in curves.items():
        axis.plot(at, curve, color=method_style(method).colour, linewidth=1)
    seeds = count_seeds(max(len(landscapes[row.id]) for row in rows.values()))
    # A single eigenvalue of all that there are peaks well above the lower end.
    size = max(each["parameters"] for row in rows.values() for each in landscapes[row.id].values())
    lowest = 0.1 * _gaussians(np.zeros(1), np.zeros(1), width).item() / size
    highest = 2 * max(curve.max() for curve in curves.values())
    axis.set(yscale="log", ylim=(lowest, highest), xlabel="Hessian eigenvalue", ylabel="Density")
    axis.set_title(f"Spectral density, mean over {seeds}, smoothed by a Gaussian of σ = {width:.2g}")
    sns.despine(ax=axis)


def _nodes(landscape: Mapping[str, Any]) -> Iterator[float]:
    return (node for nodes in landscape["density"]["nodes"] for node in nodes)


def _gaussians(at: np.ndarray, centre: np.ndarray, width: float) -> np.ndarray:
    return np.exp(-0.5 * ((at - centre) / width) ** 2) / (width * np.sqrt(2 * np.pi))
