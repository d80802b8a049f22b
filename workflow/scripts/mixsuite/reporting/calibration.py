"""Reliability curves: how often predictions are right, over how sure the network was of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mixsuite.reporting.description import Description
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.reliability import reliability
from mixsuite.reporting.results import Results
from mixsuite.reporting.statistics import count_seeds, mean_interval
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in
from mixsuite.reporting.tables import number
from mixsuite.reporting.transfers import outcome

_COLUMNS = 4
_PANEL_HEIGHT = 1.85
# Points² of a bin that holds all predictions.
_LARGEST_BIN = 90
# Fewer say nothing of how often predictions are right.
_FEWEST_DRAWN = 10


def reliability_table(description: Description, transfers: Results) -> pd.DataFrame:
    """Return a line per row and bin that holds predictions, of all seeds together, confidence and accuracy in %.

    `share` is that of the row's predictions, in %, and `seeds` counts the fine-tunings.

    Raises:
        ValueError: no row has any.
    """
    bins = pd.DataFrame(_bins(description, transfers))
    if bins.empty:
        raise ValueError(f"{description.name}: found no row with fine-tunings, expected at least one to draw")
    return bins


def draw(description: Description, bins: pd.DataFrame, measurements: pd.DataFrame) -> Figure:
    """Return the figure, a panel per row; `measurements` have the rows' calibration_error per seed."""
    rows = [row for row in description.rows if row.id in set(bins["row"])]
    lines = -(-len(rows) // _COLUMNS)
    with figure_style():
        figure = Figure(figsize=(TEXT_WIDTH["jeong2021"], lines * _PANEL_HEIGHT), layout="constrained")
        panels = figure.subplots(lines, _COLUMNS, sharex=True, sharey=True, squeeze=False)
        for row, axis in zip(rows, panels.flat, strict=False):
            style, own = method_style(row.method), bins[(bins["row"] == row.id) & (bins["count"] >= _FEWEST_DRAWN)]
            axis.plot([0, 100], [0, 100], color=GUIDE_COLOUR, linewidth=0.6, linestyle=":")
            axis.plot(own["confidence"], own["accuracy"], color=style.colour)
            sizes = _LARGEST_BIN * own["share"] / 100
            axis.scatter(
                own["confidence"], own["accuracy"], s=sizes, color=style.colour, linewidth=0, alpha=0.8, clip_on=False
            )
            axis.set_title(f"{row.label}\n{_error(row.id, measurements)}")
            sns.despine(ax=axis)
        _label(panels, len(rows))
        seeds = count_seeds(bins["seeds"].max())
        figure.suptitle(f"Predictions of {seeds} together; ECE: mean and 95 % interval over seeds", size=7)
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _bins(description: Description, transfers: Results) -> Iterator[dict[str, object]]:
    n_bins = description.settings["transfers"]["calibration"]["bins"]
    for row in description.rows:
        found = [reliability(outcome(row, transfer)["predictions"], n_bins) for transfer in transfers[row.id].values()]
        if not found:
            continue
        count, confidence, correct = (
            np.sum([getattr(each, part) for each in found], axis=0) for part in ("count", "confidence", "correct")
        )
        for place in np.flatnonzero(count):
            yield {
                "row": row.id,
                "label": row.label,
                "method": row.method,
                "bin": place + 1,
                "confidence": 100 * confidence[place] / count[place],
                "accuracy": 100 * correct[place] / count[place],
                "count": count[place],
                "share": 100 * count[place] / count.sum(),
                "seeds": len(found),
            }


def _error(row: str, measurements: pd.DataFrame) -> str:
    chosen = measurements[(measurements["row"] == row) & (measurements["metric"] == "calibration_error")]
    values = chosen["value"].tolist()
    if len(values) < 2:
        return f"ECE {number(values[0], 1)} %"
    low, high = mean_interval(values).low, mean_interval(values).high
    mean = number(sum(values) / len(values), 1)
    return f"ECE {mean} % [{number(low, 1)}, {number(high, 1)}]"


def _label(panels: np.ndarray, shown: int) -> None:
    for axis in panels.flat[shown:]:
        axis.set_axis_off()
    axes: list[Axes] = list(panels.flat[:shown])
    for place, axis in enumerate(axes):
        axis.set(xlim=(0, 100), ylim=(0, 100), aspect="equal")
        axis.tick_params(labelbottom=place + _COLUMNS >= shown)
        if place + _COLUMNS >= shown:
            axis.set_xlabel("Confidence (%)")
        if place % _COLUMNS == 0:
            axis.set_ylabel("Accuracy (%)")
