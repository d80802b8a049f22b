"""The same table as Markdown, LaTeX and HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from mixsuite.reporting.table_html import html
from mixsuite.reporting.table_latex import escape as escape_latex
from mixsuite.reporting.table_latex import latex
from mixsuite.reporting.table_markdown import escape as escape_markdown
from mixsuite.reporting.table_markdown import markdown
from mixsuite.reporting.tables import Block, Cell, Column, Table

TABLE = Table(
    title="Errors & more",
    columns=(
        Column("Model", numeric=False),
        Column("printed", "Top-1 error (%)"),
        Column("rebuilt", "Top-1 error (%)"),
        Column("Seeds"),
    ),
    blocks=(
        Block("CIFAR-100", ((Cell("+ Mixup"), Cell("18.92", marks=("†1", "a")), Cell("19.00 ± 0.10"), Cell("3")),)),
        Block("CIFAR-10", ((Cell("+ DCutMix (α < 1)"), Cell("2.42", best=True), Cell("not run"), Cell("")),)),
    ),
    notes=(("†1", "Copied from A | B."), ("a", "A slip of 5 %."), ("", "Plain <b>note</b>.")),
    warning="Stand-in, not the paper's experiment.",
)


def test_markdown_aligns_its_source():
    assert (
        markdown(TABLE)
        == """\
# Errors & more

> **Stand-in, not the paper's experiment.**

## CIFAR-100

| Model   | Top-1 error (%): printed | Top-1 error (%): rebuilt | Seeds |
| ------- | -----------------------: | -----------------------: | ----: |
| + Mixup |     18.92<sup>†1,a</sup> |             19.00 ± 0.10 |     3 |

## CIFAR-10

| Model              | Top-1 error (%): printed | Top-1 error (%): rebuilt | Seeds |
| ------------------ | -----------------------: | -----------------------: | ----: |
| + DCutMix (α \\< 1) |                 **2.42** |                  not run |       |

<sup>†1</sup> Copied from A \\| B.

<sup>a</sup> A slip of 5 %.

Plain \\<b\\>note\\</b\\>.
"""
    )


def test_markdown_escapes_what_it_would_read():
    assert escape_markdown("a|b*c`d<e>\\\nf") == "a\\|b\\*c\\`d\\<e\\>\\\\ f"


def test_latex():
    text = latex(TABLE)
    assert r"\begin{tabular}{lrrr}" in text
    assert r" & \multicolumn{2}{c}{Top-1 error (\%)} &  \\" in text
    assert r"\cmidrule(lr){2-3}" in text
    assert r"\multicolumn{4}{l}{\emph{CIFAR-100}} \\" in text
    assert r"+ Mixup & 18.92$^{\dagger 1,a}$ & 19.00 $\pm$ 0.10 & 3 \\" in text
    assert r"+ DCutMix ($\alpha$ $<$ 1) & \textbf{2.42} & not run &  \\" in text
    assert r"\textbf{Stand-in, not the paper's experiment.}" in text
    assert r"$^{a}$A slip of 5 \%.\par" in text
    for rule in (r"\toprule", r"\bottomrule"):
        assert text.count(rule) == 1


def test_latex_has_as_many_cells_as_columns():
    lines = [line for line in latex(TABLE).splitlines() if line.startswith("+")]
    assert [line.count(" & ") for line in lines] == [3, 3]


def test_latex_escapes_every_special_sign():
    text = escape_latex("\\ { } ~ ^ & % $ # _ < > ± σ_d² ½ ‖∇L‖ † – é")
    assert text.isascii()
    assert not re.search(r"(?<!\\)[&%#_]", text)
    assert text.startswith(r"\textbackslash{} \{ \} ")


TWO_PARTS = Table(
    title="T",
    columns=(Column("Model", numeric=False), Column("Error")),
    blocks=(
        Block("", ((Cell("A"), Cell("1")),)),
        Block("More", ((Cell("B"), Cell("2")),)),
        Block("Apart", ((Cell("3"),),), (Column("Std"),)),
    ),
)


def test_a_block_with_columns_of_its_own_in_markdown():
    assert (
        markdown(TWO_PARTS)
        == """\
# T

| Model | Error |
| ----- | ----: |
| A     |     1 |

## More

| Model | Error |
| ----- | ----: |
| B     |     2 |

## Apart

| Std |
| --: |
|   3 |
"""
    )


def test_a_block_with_columns_of_its_own_in_latex():
    text = latex(TWO_PARTS)
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == text.count(r"\end{tabular}") == 2
    first, second = text.split(r"\par\medskip")
    assert r"\begin{tabular}{lr}" in first
    assert r"\begin{tabular}{r}" in second
    assert r"\multicolumn{1}{l}{\emph{Apart}} \\" in second


def test_a_block_with_columns_of_its_own_in_html():
    reader = Reader()
    reader.feed(html(TWO_PARTS))
    assert reader.open == []
    assert html(TWO_PARTS).count("<table>") == 2
    assert reader.lines == [["Model", "Error"], ["A", "1"], ["More"], ["B", "2"], ["Std"], ["Apart"], ["3"]]


class Reader(HTMLParser):
    """Collects the cells of each line, and every address that the page names."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag == "tr":
            self.lines.append([])
        if tag in ("td", "th"):
            self.lines[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "td" in self.open or "th" in self.open:
            self.lines[-1][-1] += data


def test_html_is_whole_and_loads_nothing():
    reader = Reader()
    reader.feed(html(TABLE))
    assert reader.open == []
    assert reader.addresses == []
    assert reader.lines == [
        ["", "Top-1 error (%)", ""],
        ["Model", "printed", "rebuilt", "Seeds"],
        ["CIFAR-100"],
        ["+ Mixup", "18.92†1,a", "19.00 ± 0.10", "3"],
        ["CIFAR-10"],
        ["+ DCutMix (α < 1)", "2.42", "not run", ""],
    ]


def test_html_escapes_text():
    page = html(TABLE)
    assert "Plain &lt;b&gt;note&lt;/b&gt;." in page
    assert "<b>2.42</b>" in page
    assert "<title>Errors &amp; more</title>" in page


@pytest.mark.parametrize("form", [markdown, latex, html])
def test_a_table_without_warning_and_notes(form):
    bare = Table("T", (Column("A"),), (Block("", ((Cell("1"),),)),))
    text = form(bare)
    assert "tand-in" not in text
    assert "None" not in text


def test_labels_stay_on_one_line():
    assert ".wide td:first-child { white-space: nowrap; }" in html(TABLE)
    assert '<div class="wide"><table>' in html(TABLE)
