"""jeong2021's Fig. 4b: the accuracy of searched networks against the cost of their search."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from mixsuite.reporting.description import Description
from mixsuite.reporting.measurements import by_row
from mixsuite.reporting.statistics import count_seeds, mean, standard_deviation
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

_SIZE = (0.8 * TEXT_WIDTH["jeong2021"], 2.9)
# Colours and markers of random and high-CV subsets are those of mixsuite.reporting.subset_looks.
_LOOKS = (("#0072B2", "^"), ("#4D4D4D", "o"), ("#D55E00", "D"))


def cost_points(description: Description, measurements: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn, a line per row with searches: cost and accuracy over seeds.

    Columns: row, label, line (the row's block), minutes (mean), accuracy (mean, in %), accuracy_std (n - 1),
    accuracy_best and seeds.

    Raises:
        ValueError: no row has searches.
    """
    accuracies, minutes = (by_row(measurements, metric) for metric in ("accuracy", "search_time"))
    points = [
        {
            "row": row.id,
            "label": row.label,
            "line": row.block,
            "minutes": mean(minutes[row.id].values),
            "accuracy": mean(accuracies[row.id].values),
            "accuracy_std": standard_deviation(accuracies[row.id].values),
            "accuracy_best": max(accuracies[row.id].values),
            "seeds": len(accuracies[row.id].values),
        }
        for row in description.rows
        if row.id in accuracies and row.id in minutes
    ]
    if not points:
        raise ValueError(f"{description.name}: found no row with searched networks, expected at least one to draw")
    return pd.DataFrame(points)


def draw(description: Description, points: pd.DataFrame) -> Figure:
    """Return the figure of the `points`: a curve per way of choosing the images, mean and best over seeds."""
    with figure_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        axis = figure.subplots()
        for (colour, marker), (line, curve) in zip(_LOOKS, points.groupby("line", sort=False), strict=False):
            _draw_curve(axis, curve, line, colour, marker)
        axis.set_xscale("log")
        for which in (axis.xaxis.set_major_formatter, axis.xaxis.set_minor_formatter):
            which(FuncFormatter(_plain))
        axis.set(xlabel="Cost of the search (minutes on one device)", ylabel="Top-1 accuracy (%), best epoch")
        sns.despine(ax=axis)
        handles, names = axis.get_legend_handles_labels()
        best = {"marker": "_", "markersize": 7, "markeredgewidth": 1.4, "color": GUIDE_COLOUR}
        handles += [Line2D([], [], color=GUIDE_COLOUR, marker="|"), Line2D([], [], linestyle="", **best)]
        over = f"over {count_seeds(points['seeds'].max())}"
        names += [f"mean ± standard\ndeviation {over}", f"best of the searches\n{over}"]
        figure.legend(handles, names, loc="outside right upper")
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_curve(axis: Axes, curve: pd.DataFrame, line: str, colour: str, marker: str) -> None:
    axis.errorbar(
        curve["minutes"],
        curve["accuracy"],
        curve["accuracy_std"],
        color=colour,
        marker=marker,
        label=line,
        elinewidth=0.8,
        capsize=0,
    )
    axis.plot(
        curve["minutes"],
        curve["accuracy_best"],
        linestyle="",
        marker="_",
        markersize=7,
        markeredgewidth=1.4,
        color=colour,
    )
    for point in curve.itertuples():
        setting = point.label.rsplit(", ", 1)[-1]
        offset = {"xytext": (4, 4), "textcoords": "offset points"}
        axis.annotate(setting, (point.minutes, point.accuracy), **offset, size=6, color=colour)


def _plain(minutes: float, _: object = None) -> str:
    # Between powers of ten, only what leaves room for its neighbours.
    return f"{minutes:g}" if f"{minutes:e}"[0] in "125" else ""
