"""The bridge, beyond oh2024: how rare a feature may be for the patch network, and for a CNN on images, to learn it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from mixsuite.patches.setting import METHODS
from mixsuite.patches.theory import LEARNED_ACCURACY
from mixsuite.reporting.description import Description, Run
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.phase import read_sweep
from mixsuite.reporting.results import read_result
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

NETWORKS = {"patch": "Patch network (two neurons)", "cnn": "CNN on images"}
_COLUMNS = ["network", "method", "seed", "run", "feature", "rarity", "rho", "expected_images", "class_accuracy"]
_HEIGHT = 2.7
_AGAINST_DOMINANT = {"color": GUIDE_COLOUR, "linestyle": "--", "linewidth": 0.8}
_AGAINST_BACKGROUND = {"color": GUIDE_COLOUR, "linestyle": ":", "linewidth": 1}


def read_bridge(description: Description, sweeps: Path | str, bridges: Path | str) -> pd.DataFrame:
    """Return a line per network, method, seed and feature, and the strength of both noises (σ² d).

    Raises:
        ValueError: a result is missing, or is another one.
    """
    patch = read_sweep(sweeps, description.name).assign(network="patch", run="")
    noises = patch[["dominant_noise", "background_noise"]].iloc[0]
    tables = [patch]
    for run in (run for row in description.rows for run in row.runs):
        result = read_result(Path(bridges) / f"{run.identity}.json", run.identity)
        method = result["specification"]["method"]
        tables.append(pd.DataFrame(result["rows"]).assign(network="cnn", method=method, run=run.identity))
    return pd.concat([table[_COLUMNS] for table in tables], ignore_index=True).assign(**noises)


def curves(table: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn, a line per network, method and feature: mean and standard deviation over seeds (n - 1)."""
    keys = ["network", "method", "feature", "rarity", "rho", "expected_images", "dominant_noise", "background_noise"]
    accuracy = table.groupby(keys, sort=False)["class_accuracy"]
    return accuracy.agg(accuracy_mean="mean", accuracy_std="std", seeds="count").reset_index()


def measure_bridge(description: Description, table: pd.DataFrame) -> pd.DataFrame:
    """Return the measurements of every row and seed.

    `images_needed` (see the function), and `class_accuracy`, the mean over the features of all classes but the common
    one.
    """
    lines = []
    rows = {row.id: row for row in description.rows}
    for (network, method, seed), each in table.groupby(["network", "method", "seed"], sort=False):
        row = rows.get(f"{network}/{method}")
        if row is None:
            continue
        of_seed = each.sort_values("expected_images", ascending=False)
        rarer = of_seed[of_seed["rarity"] != "common"]
        values = {
            "images_needed": images_needed(of_seed["expected_images"].tolist(), of_seed["class_accuracy"].tolist()),
            "class_accuracy": rarer["class_accuracy"].mean(),
        }
        lines += measure(description.name, row, Run(int(seed), each["run"].iloc[0]), values)
    return measurement_table(lines)


def images_needed(images: Sequence[float], accuracies: Sequence[float]) -> float:
    """Return in how many training images a feature must be expected for an accuracy of LEARNED_ACCURACY on it.

    images: expected training images with each feature, the most common first. From there on towards rarer features, the
    accuracy falls below the limit for the first time between two features; that place is found on a straight line over
    the logarithm of `images`. The first of `images` where even that is below, the last where none is.
    """
    if accuracies[0] < LEARNED_ACCURACY:
        return images[0]
    for at in range(1, len(images)):
        if accuracies[at] < LEARNED_ACCURACY:
            share = (accuracies[at - 1] - LEARNED_ACCURACY) / (accuracies[at - 1] - accuracies[at])
            return math.exp((1 - share) * math.log(images[at - 1]) + share * math.log(images[at]))
    return images[-1]


def draw(description: Description, drawn: pd.DataFrame) -> Figure:
    """Return the figure of the curves `drawn`: a panel per network, a curve per method."""
    with figure_style():
        figure = Figure(figsize=(TEXT_WIDTH["oh2024"], _HEIGHT), layout="constrained")
        panels = figure.subplots(1, len(NETWORKS), sharex=True, sharey=True)
        for axis, (network, title) in zip(panels, NETWORKS.items(), strict=True):
            _draw_panel(axis, drawn[drawn["network"] == network])
            axis.set_title(title)
            axis.set_xlabel("Expected training images with the feature, $n\\rho_k$", fontsize=7)
        panels[0].set_ylabel("Test accuracy on the feature")
        _add_legends(figure, panels[0], drawn["seeds"].max())
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_panel(axis: Axes, drawn: pd.DataFrame) -> None:
    for method in METHODS:
        curve = drawn[drawn["method"] == method].sort_values("expected_images")
        style, images, mean = method_style(method), curve["expected_images"], curve["accuracy_mean"]
        spread = curve["accuracy_std"].fillna(0)
        axis.fill_between(images, mean - spread, mean + spread, color=style.colour, alpha=0.2, linewidth=0)
        axis.plot(images, mean, color=style.colour, marker=style.marker, label=style.name)
    axis.axhline(LEARNED_ACCURACY, color=GUIDE_COLOUR, linewidth=0.5)
    axis.axhline(0.5, color=GUIDE_COLOUR, linewidth=0.3)
    axis.axvline(drawn["dominant_noise"].iloc[0], **_AGAINST_DOMINANT)
    axis.axvline(drawn["background_noise"].iloc[0], **_AGAINST_BACKGROUND)
    axis.set(xscale="log", ylim=(0.35, 1.03))
    axis.xaxis.set_major_locator(FixedLocator(sorted(drawn["expected_images"].unique())))
    axis.xaxis.set_major_formatter("{x:.0f}")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_minor_formatter(NullFormatter())
    sns.despine(ax=axis)


def _add_legends(figure: Figure, panel: Axes, seeds: int) -> None:
    handles, names = panel.get_legend_handles_labels()
    handles.append(Patch(facecolor=GUIDE_COLOUR, alpha=0.2, linewidth=0))
    names.append(f"mean ± standard deviation over {count_seeds(seeds)}")
    figure.legend(handles, names, loc="outside upper center", ncols=len(names))
    guides = {
        f"accuracy {LEARNED_ACCURACY:g}: learned": {"color": GUIDE_COLOUR, "linewidth": 0.5},
        "$\\sigma_d^2 d$, predicted for ERM": _AGAINST_DOMINANT,
        "$\\sigma_b^2 d$, predicted for Cutout": _AGAINST_BACKGROUND,
    }
    lines = [Line2D([], [], **look) for look in guides.values()]
    figure.legend(lines, list(guides), loc="outside lower center", ncols=len(guides))
