"""oh2024's figure of the synthetic experiment: what the network learned of each feature, along training."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from mixsuite.reporting.description import Description, Row, Run
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.results import read_result, read_run
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in
from mixsuite.reporting.synthetic import RARITIES, rarity_of

CURVE_COLUMNS = ["setting", "title", "rarity", "method", "step", "mean", "std", "seeds", "uniform_activation"]
_METRIC, _OVERSHOOT = "feature_output", "feature_output_overshoot"
_ROW_HEIGHT = 1.6


def read_outputs(description: Description, runs: Path | str) -> pd.DataFrame:
    """Return the feature output of every row, seed and recorded step.

    Columns: row, setting, title (of the setting), rarity, method, seed, run, step, value, uniform_activation (c*).

    Raises:
        ValueError: a run's files are missing, or hold no feature output of the row's class.
    """
    return pd.concat(
        [_read_run(row, run, Path(runs)) for row in description.rows for run in row.runs], ignore_index=True
    )


def curves(outputs: pd.DataFrame) -> pd.DataFrame:
    """Return the curves as CURVE_COLUMNS: mean and standard deviation (n - 1) over seeds at every step."""
    keys = ["setting", "title", "rarity", "method", "step"]
    grouped = outputs.groupby(keys, sort=False)
    summary = grouped.agg(
        mean=("value", "mean"),
        std=("value", "std"),
        seeds=("seed", "nunique"),
        uniform_activation=("uniform_activation", "first"),
    )
    return summary.reset_index()[CURVE_COLUMNS]


def measure_outputs(description: Description, outputs: pd.DataFrame) -> pd.DataFrame:
    """Return the measurements of each row and seed.

    `feature_output` is that at the last step, and `feature_output_overshoot` the greatest one of all recorded steps
    minus that: 0 where the output grows to the end.
    """
    by_run = outputs.groupby(["row", "seed"])
    last = outputs.loc[by_run["step"].idxmax()].set_index(["row", "seed"])["value"]
    overshoot = by_run["value"].max() - last
    return measure_runs(
        description, lambda row, run: {_METRIC: last[row.id, run.seed], _OVERSHOOT: overshoot[row.id, run.seed]}
    )


def draw(description: Description, drawn: pd.DataFrame) -> Figure:
    """Return the figure of the curves `drawn`: a row of panels per setting, a panel per rarity, a curve per method."""
    titles = drawn.drop_duplicates("setting").set_index("setting")["title"]
    with figure_style():
        figure = Figure(figsize=(TEXT_WIDTH["oh2024"], _ROW_HEIGHT * len(titles) + 0.7), layout="constrained")
        panels = figure.subplots(len(titles), len(RARITIES), sharex=True, sharey="col", squeeze=False)
        for (setting, title), row in zip(titles.items(), panels, strict=True):
            for axis, rarity in zip(row, RARITIES, strict=True):
                _draw_panel(axis, drawn[(drawn["setting"] == setting) & (drawn["rarity"] == rarity)])
            row[0].set_ylabel("Feature output")
            row[-1].text(1.04, 0.5, title, transform=row[-1].transAxes, rotation=270, va="center", size=7)
        for axis, title in zip(panels[0], RARITIES.values(), strict=True):
            axis.set_title(f"{title} feature")
        for axis in panels[-1]:
            axis.set_xlabel("Iterations of gradient descent")
        _add_legend(figure, panels[0, 0], drawn["seeds"].max())
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_panel(axis: Axes, drawn: pd.DataFrame) -> None:
    for position, (method, curve) in enumerate(drawn.groupby("method", sort=False)):
        style = method_style(method)
        low, high = curve["mean"] - curve["std"], curve["mean"] + curve["std"]
        axis.fill_between(curve["step"], low, high, color=style.colour, alpha=0.25, linewidth=0)
        # Markers of different curves are set apart: where two curves meet, both are seen.
        apart = (0.1 + 0.08 * position, 0.25)
        look = {"color": style.colour, "marker": style.marker, "label": style.name}
        axis.plot(curve["step"], curve["mean"], markevery=apart, **look)
    uniform = drawn["uniform_activation"].iloc[0]
    axis.axhline(uniform, color=GUIDE_COLOUR, dashes=(4, 2), linewidth=0.8, zorder=3)
    where = {"xy": (0.99, uniform), "xycoords": ("axes fraction", "data"), "xytext": (0, -2)}
    axis.annotate(f"$c^*$ = {uniform:.2f}", **where, textcoords="offset points", fontsize=6.5, ha="right", va="top")
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 5, 10]))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    sns.despine(ax=axis)


def _add_legend(figure: Figure, panel: Axes, seeds: int) -> None:
    curves, names = panel.get_legend_handles_labels()
    band = Patch(facecolor=GUIDE_COLOUR, alpha=0.25, linewidth=0)
    guide = Line2D([], [], color=GUIDE_COLOUR, dashes=(4, 2), linewidth=0.8)
    meaning = f"mean ± standard deviation over {count_seeds(seeds)}"
    uniform = "$c^*$, predicted uniform activation of CutMix"
    figure.legend(curves, names, loc="outside upper center", ncols=len(names))
    figure.legend([band, guide], [meaning, uniform], loc="outside lower center", ncols=2)


def _read_run(row: Row, run: Run, runs: Path) -> pd.DataFrame:
    path = runs / run.identity / "trajectory.csv"
    read_result(path.with_name("run.json"), run.identity, path)
    trajectory = pd.read_csv(path)
    rarity = rarity_of(row)
    chosen = trajectory[
        (trajectory["metric"] == _METRIC) & (trajectory["rarity"] == rarity) & trajectory["feature"].isna()
    ]
    if chosen.empty:
        raise ValueError(f"{path}: rarity: found no {_METRIC} of {rarity!r}, which the row {row.id} shows")
    return pd.DataFrame(
        {
            "row": row.id,
            "setting": row.setting,
            "title": row.block,
            "rarity": rarity,
            "method": row.method,
            "seed": run.seed,
            "run": run.identity,
            "step": chosen["step"],
            "value": chosen["value"],
            "uniform_activation": read_run(runs, run)["theory"]["uniform_activation"],
        }
    )
