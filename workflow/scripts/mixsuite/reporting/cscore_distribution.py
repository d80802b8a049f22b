"""The distribution of the C-scores of misclassified images, a curve per method."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mixsuite.reporting.description import Description
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.networks import rows_by_block
from mixsuite.reporting.results import Results
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

BINS = 20
_EDGES = np.linspace(0, 1, BINS + 1)
_SIZE = (TEXT_WIDTH["oh2024"], 2.5)
_QUARTERS = (0.25, 0.5, 0.75)


def score_distribution(description: Description, networks: Results) -> pd.DataFrame:
    """Return what is drawn, a line per method and bin of the C-score from `low` to `high`.

    `share` of the misclassified images in the bin and `cumulative` share up to its end, in %, means over seeds, with
    their standard deviations (n - 1).
    """
    lines = []
    for title, row in rows_by_block(description).items():
        counts = [np.histogram(found["scores"], _EDGES)[0] for _, found in sorted(networks[row.id].items())]
        shares = np.array([100 * count / count.sum() for count in counts])
        for name, values in (("share", shares), ("cumulative", shares.cumsum(axis=1))):
            std = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(BINS, np.nan)
            lines.append(
                pd.DataFrame(
                    {
                        "label": title,
                        "method": row.method,
                        "quantity": name,
                        "low": _EDGES[:-1],
                        "high": _EDGES[1:],
                        "mean": values.mean(axis=0),
                        "std": std,
                        "seeds": len(values),
                    }
                )
            )
    return pd.concat(lines, ignore_index=True)


def measure_misclassified(description: Description, networks: Results) -> pd.DataFrame:
    """Return `misclassified_share`, in % of the held-out images, of every row and seed."""
    return measure_runs(
        description, lambda row, run: {"misclassified_share": 100 - networks[row.id][run.seed]["accuracy"]}
    )


def draw(description: Description, distribution: pd.DataFrame) -> Figure:
    """Return the figure of the `distribution`: shares per bin on the left, cumulative shares on the right."""
    with figure_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        left, right = figure.subplots(1, 2)
        for method, curves in distribution.groupby("method", sort=False):
            _draw_shares(left, method, curves[curves["quantity"] == "share"])
            _draw_cumulative(right, method, curves[curves["quantity"] == "cumulative"])
        for quarter in _QUARTERS:
            right.axhline(100 * quarter, color=GUIDE_COLOUR, linewidth=0.5, dashes=(2, 2), zorder=0)
        left.set(xlabel="C-score", ylabel="Misclassified images (%)", xlim=(0, 1))
        right.set(xlabel="C-score", ylabel="Cumulative (%)", xlim=(0, 1), ylim=(0, 102), yticks=[0, 25, 50, 75, 100])
        for axis in (left, right):
            sns.despine(ax=axis)
        _add_legend(figure, left, distribution["seeds"].max())
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _draw_shares(axis: Axes, method: str, curve: pd.DataFrame) -> None:
    style = method_style(method)
    axis.stairs(curve["mean"], _EDGES, color=style.colour, label=curve["label"].iloc[0], linewidth=1.2)


def _draw_cumulative(axis: Axes, method: str, curve: pd.DataFrame) -> None:
    style = method_style(method)
    scores, means = [0, *curve["high"]], np.array([0, *curve["mean"]])
    deviations = np.nan_to_num(np.array([0, *curve["std"]]))
    band = {"color": style.colour, "alpha": 0.18, "linewidth": 0}
    axis.fill_between(scores, means - deviations, means + deviations, **band)
    axis.plot(scores, means, color=style.colour, marker=style.marker, markevery=4)


def _add_legend(figure: Figure, axis: Axes, seeds: int) -> None:
    handles, names = axis.get_legend_handles_labels()
    handles.append(Patch(facecolor=GUIDE_COLOUR, alpha=0.18, linewidth=0))
    names.append(f"mean ± standard deviation over {count_seeds(seeds)}")
    figure.legend(handles, names, loc="outside upper center", ncols=len(names))
