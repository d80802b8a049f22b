"""jeong2021's Fig. 4a and supplementary Figs 3 and 4: test errors of networks trained on subsets of the images."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mixsuite.checks import check_choice
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import by_row, derived_run, measure, measurement_table
from mixsuite.reporting.results import Results
from mixsuite.reporting.selection import measure_selection
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in
from mixsuite.reporting.subset_looks import SubsetLook, subset_look

_ERROR = "best_top1_error"
_SIZE = (0.75 * TEXT_WIDTH["jeong2021"], 2.7)
_AXES = {
    "t": "Ratio t of the training images",
    "interval": "Interval between the images taken, in the order of the CV",
    "anchor_ratio": r"Share $\phi_i$ of the anchor in its mixes",
}


def measure_subset_errors(description: Description, results: Results) -> pd.DataFrame:
    """Return the measurements of all runs and of the rows that show the best of others, and the reductions of errors.

    `error_reduction`, in points, of every row with a baseline: how much lower its error (best epoch) is than that of
    the baseline with the same seed.

    Raises:
        ValueError: the result of a run lacks a value.
    """
    measured = measure_selection(description, results)
    errors = by_row(measured, _ERROR)
    rows = {row.id: row for row in description.rows}
    reductions = [
        each
        for row in rows.values()
        if row.baseline in errors and row.id in errors
        for seed, error in errors[row.id].by_seed.items()
        if seed in errors[row.baseline].by_seed
        for each in measure(
            description.name,
            row,
            derived_run(seed, [rows[name] for name in (row.id, *row.best_of, row.baseline)]),
            {"error_reduction": errors[row.baseline].by_seed[seed] - error},
        )
    ]
    return pd.concat([measured, measurement_table(reductions)], ignore_index=True)


def error_points(description: Description, measurements: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn, a line per row that trains on a subset: where along the axis, and the error over seeds.

    Columns: row, line (which curve it belongs to), x (NaN where the axis does not tell it from others of its curve),
    error and error_std (n - 1), both in %, of the best epoch, and seeds.

    Raises:
        ValueError: the artefact has no axis, or no row with runs.
    """
    check_choice("--artefact: axis", description.axis, _AXES)
    errors = by_row(measurements, _ERROR)
    drawn = [row for row in description.rows if row.subset and row.id in errors]
    points = [
        {
            "row": row.id,
            "line": line_of(row, description.axis),
            "x": place_of(row, description),
            **_spread(errors[row.id].values),
        }
        for row in drawn
    ]
    if not points:
        raise ValueError(f"{description.name}: found no row with trained networks, expected at least one to draw")
    return pd.DataFrame(points)


def line_of(row: Row, axis: str) -> str:
    """Return the name of the curve that a row belongs to: its label, less what the axis shows."""
    return row.label if axis == "t" else row.label.split(",")[0]


def place_of(row: Row, description: Description) -> float:
    """Return where a row stands along the axis, NaN where its images are selected by nothing that the axis shows."""
    if description.axis == "t":
        return row.subset["t"]
    if row.subset["measure"] == "random":
        return float("nan")
    if description.axis == "interval":
        return row.subset["interval"]
    # Without one of its own a row has that of the settings.
    return row.subset["anchor_ratio"] or description.settings["subsampling"]["mixed_losses"]["anchor_ratio"]


def draw(description: Description, points: pd.DataFrame) -> Figure:
    """Return the figure of the `points`, a curve or a level for each way of subsampling."""
    looks = _looks(description, points)
    with figure_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        axis = figure.subplots()
        for line, curve in points.groupby("line", sort=False):
            (_draw_level if curve["x"].isna().all() else _draw_curve)(axis, curve.sort_values("x"), looks[line])
        ticks = sorted(points["x"].dropna().unique())
        if description.axis == "interval":
            axis.set_xscale("log")
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.set_xticks([], minor=True)
        axis.set(xlabel=_AXES[description.axis], ylabel="Top-1 error (%), best epoch")
        sns.despine(ax=axis)
        handles, names = axis.get_legend_handles_labels()
        handles.append(Patch(facecolor=GUIDE_COLOUR, alpha=0.18, linewidth=0))
        names.append(f"mean ± standard\ndeviation over\n{count_seeds(points['seeds'].max())}")
        figure.legend(handles, names, loc="outside right upper")
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _spread(by_seed: Sequence[float]) -> dict[str, float]:
    values = pd.Series(by_seed)
    return {"error": values.mean(), "error_std": values.std(), "seeds": len(values)}


def _looks(description: Description, points: pd.DataFrame) -> dict[str, SubsetLook]:
    rows = {row.id: row for row in description.rows}
    return {line: subset_look(rows[drawn["row"].iloc[0]].subset) for line, drawn in points.groupby("line")}


def _draw_curve(axis: Axes, curve: pd.DataFrame, look: SubsetLook) -> None:
    low, high = curve["error"] - curve["error_std"], curve["error"] + curve["error_std"]
    if len(curve) == 1:
        axis.vlines(curve["x"], low, high, color=look.colour, alpha=0.4, linewidth=4)
    axis.fill_between(curve["x"], low, high, color=look.colour, alpha=0.15, linewidth=0)
    axis.plot(curve["x"], curve["error"], color=look.colour, marker=look.marker, label=curve["line"].iloc[0])


def _draw_level(axis: Axes, curve: pd.DataFrame, look: SubsetLook) -> None:
    error, std = curve["error"].iloc[0], curve["error_std"].iloc[0]
    axis.axhspan(error - std, error + std, color=look.colour, alpha=0.12, linewidth=0)
    axis.axhline(error, color=look.colour, linestyle=(0, (4, 2)), label=curve["line"].iloc[0])
