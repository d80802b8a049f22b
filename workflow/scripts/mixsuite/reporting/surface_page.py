"""The loss surfaces as a page that can be turned with the mouse: one file, nothing loaded from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pandas as pd
from plotly.offline import get_plotlyjs

from mixsuite.reporting.description import Description
from mixsuite.reporting.html_page import page, warning
from mixsuite.reporting.landscapes import rows_by_method
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.statistics import count_seeds

_DIGITS = 5
_QUANTITIES = {"loss": "Test loss (nats)", "error": "Test top-1 error (%)"}
_STYLE = "#surfaces { width: 100%; height: 70vh; min-height: 26rem; }\n"
# Plotly knows no style sheets: the colours of the page, dark or light, are handed to it. Its bar of tools is hidden, as
# one of them would send the data away.
_SCRIPT = """
const ink = getComputedStyle(document.body).color;
const line = getComputedStyle(document.body).getPropertyValue("--line");
const axis = title => ({title: {text: title}, color: ink, gridcolor: line, zerolinecolor: line});
const mesh = at => ({show: true, color: line, width: 1, start: at[0], end: at.at(-1), size: at[1] - at[0]});
const {traces, quantities} = SURFACES;
Plotly.newPlot("surfaces", traces.map(trace => ({
  type: "surface", name: trace.name, x: trace.lambda1, y: trace.lambda2, z: trace.loss, showscale: false,
  colorscale: [[0, trace.colour], [1, trace.colour]], showlegend: true,
  contours: {x: mesh(trace.lambda1), y: mesh(trace.lambda2)},
  hovertemplate: trace.name + "<br>λ1 %{x:.3g}, λ2 %{y:.3g}<br>%{z:.4g}<extra></extra>",
})), {
  margin: {l: 0, r: 0, t: 0, b: 0}, paper_bgcolor: "rgba(0,0,0,0)", font: {color: ink, size: 14},
  legend: {x: 0.02, y: 0.98}, uirevision: "kept",
  scene: {
    xaxis: axis("λ1"), yaxis: axis("λ2"), zaxis: axis(quantities.loss), aspectratio: {x: 1, y: 1, z: 0.8},
    camera: {eye: {x: 1.1, y: -1.6, z: 0.6}, center: {x: 0, y: 0, z: -0.1}},
  },
  updatemenus: [{
    type: "buttons", direction: "right", x: 0.98, xanchor: "right", y: 0.98, font: {color: "#1c1c1c"},
    buttons: Object.entries(quantities).map(([key, title]) => ({
      label: title, method: "update", args: [{z: traces.map(trace => trace[key])}, {"scene.zaxis.title.text": title}],
    })),
  }],
}, {responsive: true, displayModeBar: false});
"""


def surface_page(description: Description, table: pd.DataFrame) -> str:
    """Return the page of the `table` (see mixsuite.reporting.surfaces): a surface per method, of loss or of error."""
    seeds = count_seeds(table["seeds"].max())
    told = (
        f"Mean over {seeds}, each network along its own two leading Hessian eigenvectors. Drag to turn, scroll to come "
        "nearer, click a name to hide its surface, double-click it to see it alone."
    )
    body = (
        warning(f"Stand-in: {description.stand_in_note}" if description.stand_in else "")
        + f'<p class="note">{escape(told)}</p>\n<div id="surfaces"></div>\n'
    )
    # A closing tag inside a script would end it.
    data = json.dumps(_data(description, table), ensure_ascii=False).replace("</", "<\\/")
    return page(description.heading, body, _STYLE, f"{get_plotlyjs()}\nconst SURFACES = {data};{_SCRIPT}")


def _data(description: Description, table: pd.DataFrame) -> dict[str, Any]:
    traces = []
    for method, row in rows_by_method(description).items():
        chosen = table[table["method"] == method]
        grids = {
            # Plotly's rows go along y.
            key: chosen.pivot(index="lambda2", columns="lambda1", values=key).round(_DIGITS)
            for key in _QUANTITIES
        }
        traces.append(
            {
                "name": row.label,
                "colour": method_style(method).colour,
                "lambda1": grids["loss"].columns.tolist(),
                "lambda2": grids["loss"].index.tolist(),
                **{key: grid.to_numpy().tolist() for key, grid in grids.items()},
            }
        )
    return {"traces": traces, "quantities": _QUANTITIES}
