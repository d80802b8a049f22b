"""oh2024's figure of two classes' outputs on CutMix images: their differences, and how they follow the share."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.networks import rows_by_block
from mixsuite.reporting.results import Results
from mixsuite.reporting.statistics import count_seeds
from mixsuite.reporting.style import GUIDE_COLOUR, TEXT_WIDTH, figure_style, mark_stand_in

_BINS = 40
_ROW_ID = re.compile(r".*/lambda(?P<share>[0-9.]+)$")
_SIZE = (TEXT_WIDTH["oh2024"], 3.6)


def share_of(row: Row) -> float:
    """Return the λ that a row is about, with which its id ends, as in `cutmix/lambda0.8`.

    Raises:
        ValueError: it does not.
    """
    found = _ROW_ID.match(row.id)
    if found is None:
        raise ValueError(f"rows: found the id {row.id!r}, expected one that ends with its λ, as in /lambda0.8")
    return float(found["share"])


def measure_mixed(description: Description, networks: Results) -> pd.DataFrame:
    """Return the measurements of every row and seed.

    `output_share` and `output_departure` (see mixsuite.evenness.mixed_outputs), and `output_share_error`, how far the
    former is from the images' share.

    Raises:
        ValueError: nothing was measured at the λ of a row.
    """
    return measure_runs(description, lambda row, run: _values(row, networks[row.id][run.seed]))


def mixed_table(description: Description, networks: Results) -> pd.DataFrame:
    """Return a line per row, seed and mixed image: the `difference` of the outputs; and what is shown of the row."""
    lines = []
    for row in description.rows:
        for seed, network in networks[row.id].items():
            found = _at_share(row, network)
            same = {key: found[key] for key in ("share", "output_share", "departure")}
            names = {"label": row.block, "method": row.method, "lambda": share_of(row), "seed": seed}
            lines.append(pd.DataFrame({"difference": found["differences"]}).assign(**names, **same))
    return pd.concat(lines, ignore_index=True)


def histograms(table: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn, a line per method, λ and bin: the `density` of differences over all seeds and images.

    `share` is λ to the pixel, `mean` the mean difference; `output_share` and `departure` are means over seeds.
    """
    lines = []
    for method, of_method in table.groupby("method", sort=False):
        low, high = of_method["difference"].quantile([0.002, 0.998])
        edges = np.linspace(low, high, _BINS + 1)
        for share, chosen in of_method.groupby("lambda", sort=False):
            density = np.histogram(chosen["difference"], edges, density=True)[0]
            by_seed = chosen.groupby("seed")[["share", "output_share", "departure"]].first()
            lines.append(
                pd.DataFrame({"low": edges[:-1], "high": edges[1:], "density": density}).assign(
                    label=chosen["label"].iloc[0],
                    method=method,
                    **{"lambda": share},
                    share=by_seed["share"].mean(),
                    mean=chosen["difference"].mean(),
                    output_share=by_seed["output_share"].mean(),
                    output_share_std=by_seed["output_share"].std(),
                    departure=by_seed["departure"].mean(),
                    departure_std=by_seed["departure"].std(),
                    seeds=len(by_seed),
                )
            )
    return pd.concat(lines, ignore_index=True)


def draw(description: Description, drawn: pd.DataFrame) -> Figure:
    """Return the figure: a panel of histograms per method, and one of the outputs' shares against λ."""
    classes = description.settings["mixed_outputs"]["classes"]
    methods = list(rows_by_block(description).values())
    with figure_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        panels = figure.subplots(2, 2).flatten()
        for axis, row in zip(panels, methods, strict=False):
            _draw_histograms(axis, drawn[drawn["method"] == row.method])
            axis.set_xlabel(f"Output for {classes[0]} minus output for {classes[1]}")
        _draw_shares(panels[3], drawn)
        for axis in panels:
            sns.despine(ax=axis)
        if description.stand_in:
            mark_stand_in(figure, description.stand_in_note)
        return figure


def _values(row: Row, network: list[dict]) -> dict[str, float]:
    found = _at_share(row, network)
    return {
        "output_share": found["output_share"],
        "output_share_error": abs(found["output_share"] - found["share"]),
        "output_departure": found["departure"],
    }


def _at_share(row: Row, network: list[dict]) -> dict:
    wanted = share_of(row)
    for found in network:
        if found["asked"] == wanted:
            return found
    raise ValueError(f"{row.id}: found λ = {[found['asked'] for found in network]}, expected one of {wanted:g}")


def _draw_histograms(axis: Axes, drawn: pd.DataFrame) -> None:
    style = method_style(drawn["method"].iloc[0])
    for share, curve in drawn.groupby("lambda", sort=False):
        # Lighter with the share of the other image.
        colour = _lighter(style.colour, 1.5 * (1 - share))
        edges = [*curve["low"], curve["high"].iloc[-1]]
        axis.stairs(curve["density"], edges, color=colour, fill=True, alpha=0.45, label=f"λ = {share:g}")
        axis.axvline(curve["mean"].iloc[0], color=colour, linewidth=1.4)
    axis.axvline(0, color=GUIDE_COLOUR, linewidth=0.5, dashes=(2, 2), zorder=0)
    axis.set(title=drawn["label"].iloc[0], ylabel="Density")
    axis.legend(loc="upper left", handlelength=1, borderaxespad=0)


def _draw_shares(axis: Axes, drawn: pd.DataFrame) -> None:
    for method, of_method in drawn.groupby("method", sort=False):
        style, points = method_style(method), of_method.groupby("lambda", sort=True).first()
        error = points["output_share_std"].fillna(0)
        look = {"color": style.colour, "marker": style.marker, "capsize": 2, "label": of_method["label"].iloc[0]}
        axis.errorbar(points["share"], points["output_share"], yerr=error, **look)
    ends = [drawn["share"].min(), drawn["share"].max()]
    axis.plot(ends, ends, color=GUIDE_COLOUR, linewidth=0.8, dashes=(4, 2), label="acts evenly", zorder=0)
    axis.set(title="Does the output follow the share?", xlabel="Share of the first class's image, λ")
    axis.set(ylabel="Share in the output", ylim=(0, 1.05))
    axis.text(0.02, 0.03, f"mean ± std, {count_seeds(drawn['seeds'].max())}", transform=axis.transAxes, size=6.5)
    axis.legend(loc="lower right")


def _lighter(colour: str, by: float) -> tuple[float, ...]:
    return tuple(part + (1 - part) * min(by, 0.85) for part in to_rgb(colour))
