"""The score card as an HTML page: it loads nothing, sorts by a click on a heading, and filters by words and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from mixsuite.config.manifest import Manifest
from mixsuite.config.numbers import printed_number
from mixsuite.reporting.html_page import page
from mixsuite.reporting.scorecard_view import VIEW_COLUMNS, citation, overview, view
from mixsuite.reporting.table_html import alignment, html_grid, html_notes
from mixsuite.reporting.verdicts import VERDICTS

_STYLE = """
#lines { font-size: .8rem; } #lines td, #lines th { padding: .25rem .4rem; }
#lines th { position: sticky; top: 0; background: var(--paper); }
#lines th button { all: unset; cursor: pointer; font-weight: 600; }
#lines th button:focus-visible { outline: 2px solid var(--faint); }
#lines th[aria-sort=ascending] button::after { content: " ▲"; }
#lines th[aria-sort=descending] button::after { content: " ▼"; }
#lines td:nth-child(1) { min-width: 6.5rem; }
#lines td:nth-child(3) { min-width: 10rem; }
#lines td:nth-child(9) { overflow-wrap: anywhere; min-width: 14rem; }
#lines td:last-child { color: var(--faint); font-size: .9em; min-width: 6rem; }
.verdict { white-space: nowrap; } .verdict::before { content: "●"; margin-right: .35em; color: var(--faint); }
.reproduced::before { color: #009e73; } .not-reproduced::before { color: #d55e00; }
.too-few-seeds::before { color: #e69f00; } .stand-in::before { color: #56b4e9; }
.controls label { margin-right: 1.5rem; } .controls input { width: 18rem; }
"""

# Cells carry their number in data-value, so that numbers sort as numbers; absent ones stay last in both directions.
_SCRIPT = """
const body = document.querySelector("#lines tbody"), all = [...body.rows];
const find = document.getElementById("find"), verdict = document.getElementById("verdict");
const key = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent;
document.querySelectorAll("#lines th").forEach((head, i) => head.addEventListener("click", () => {
  const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1, number = head.className === "number";
  document.querySelectorAll("#lines th").forEach(other => other.setAttribute("aria-sort", "none"));
  head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  all.sort((a, b) => {
    const x = key(a, i), y = key(b, i);
    if (x === "" || y === "") return (x === "") - (y === "");
    return sign * (number ? x - y : x.localeCompare(y));
  });
  body.append(...all);
}));
function filter() {
  const words = find.value.toLowerCase().split(" ");
  let shown = 0;
  for (const row of all) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every(word => text.includes(word)) || (verdict.value && row.dataset.verdict !== verdict.value);
    shown += !row.hidden;
  }
  document.getElementById("shown").textContent = `${shown} of ${all.length} lines`;
}
find.addEventListener("input", filter);
verdict.addEventListener("change", filter);
filter();
"""


def scorecard_html(scorecard: pd.DataFrame, manifests: Sequence[Manifest], scale: str, scale_title: str) -> str:
    """Return the page: a count per verdict, the rule, the papers, and all lines."""
    counts = overview(scorecard, scale, scale_title)
    heading = "".join(
        f'<th{alignment(column)} aria-sort="none"><button type="button">{escape(column.title)}</button></th>'
        for column in VIEW_COLUMNS
    )
    lines = "".join(_line(line) for line in scorecard.itertuples())
    table = f'<table id="lines">\n<thead>\n<tr>{heading}</tr>\n</thead>\n<tbody>\n{lines}</tbody>\n</table>\n'
    body = f"{html_grid(counts)}{html_notes(counts)}{_papers(manifests)}{_controls()}{table}"
    return page(counts.title, body, style=_STYLE, script=_SCRIPT)


def _papers(manifests: Sequence[Manifest]) -> str:
    return "".join(f"<p><b>{escape(each.key)}</b> {escape(citation(each))}</p>\n" for each in manifests)


def _controls() -> str:
    options = "".join(f"<option>{escape(verdict)}</option>" for verdict in VERDICTS)
    return (
        '<p class="controls"><label>Find <input id="find" type="search"></label>'
        f'<label>Verdict <select id="verdict"><option value="">all</option>{options}</select></label>'
        '<output id="shown"></output></p>\n'
    )


def _line(line: Any) -> str:
    numbers = {"Printed": line.printed, "Rebuilt": line.rebuilt_mean, "Seeds": line.seeds}
    cells = ""
    for column, text in zip(VIEW_COLUMNS, view(line), strict=True):
        value = f' data-value="{_sortable(numbers[column.title])}"' if column.title in numbers else ""
        markup = escape(text)
        if column.title == "Artefact":
            markup = markup.replace("_", "_<wbr>")
        if column.title == "Verdict":
            markup = f'<span class="verdict {escape(line.verdict.replace(" ", "-"))}">{markup}</span>'
        cells += f"<td{alignment(column)}{value}>{markup}</td>"
    return f'<tr data-verdict="{escape(line.verdict)}">{cells}</tr>\n'


def _sortable(value: str | float) -> str:
    """Return `value` as a number that JavaScript reads; nothing where it is none."""
    number = printed_number(str(value))
    return "" if number is None else repr(float(number))
