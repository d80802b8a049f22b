"""A table as LaTeX with booktabs; signs outside ASCII become commands, so that every engine sets it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from mixsuite.reporting.tables import Block, Cell, Column, Table

_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    "<": "$<$",
    ">": "$>$",
    "\n": " ",
    "–": "--",
    "—": "---",
    "−": "$-$",
    "“": "``",
    "”": "''",
    "’": "'",
    "…": r"\ldots{}",
    "½": r"$\frac{1}{2}$",
    "²": "$^{2}$",
    "†": r"$^{\dagger}$",
    "‡": r"$^{\ddagger}$",
    "§": r"\S{}",
    "é": r"\'e",
    "ö": r"\"o",
    "ü": r"\"u",
}
_SIGNS |= {
    sign: f"$\\{command}$"
    for sign, command in {
        "±": "pm", "×": "times", "·": "cdot", "≈": "approx", "≤": "leq", "≥": "geq", "≠": "neq", "∞": "infty",
        "→": "rightarrow", "∇": "nabla", "Σ": "Sigma", "∑": "sum", "√": "surd", "‖": "|", "∈": "in",
        "α": "alpha", "β": "beta", "γ": "gamma", "ε": "epsilon", "η": "eta", "λ": "lambda", "Λ": "Lambda",
        "μ": "mu", "ξ": "xi", "ρ": "rho", "σ": "sigma", "φ": "phi", "τ": "tau", "θ": "theta",
    }.items()
}  # fmt: skip
_ESCAPED = str.maketrans(_SIGNS)
_MARKS = str.maketrans({"†": r"\dagger ", "‡": r"\ddagger ", "§": r"\S "})


def latex(table: Table) -> str:
    """Return `table` as a `tabular` between booktabs' rules, its title and notes beside it; needs only booktabs.

    Blocks with columns of their own are a `tabular` of their own.
    """
    lines = [
        r"% \usepackage{booktabs}",
        r"\begin{table}",
        r"\centering\small\setlength{\tabcolsep}{4pt}",
        rf"\caption{{{escape(table.title)}}}",
        *([rf"\textbf{{{escape(table.warning)}}}\par\medskip"] if table.warning else []),
    ]
    for number, (columns, blocks) in enumerate(table.parts):
        lines += [*([r"\par\medskip"] if number else []), *_grid(columns, blocks)]
    if table.notes:
        lines += [r"\par\medskip", r"\begin{minipage}{\linewidth}\footnotesize"]
        lines += [f"{_superscript((mark,)) if mark else ''}{escape(text)}\\par" for mark, text in table.notes]
        lines.append(r"\end{minipage}")
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def _grid(columns: Sequence[Column], blocks: Sequence[Block]) -> list[str]:
    return [
        rf"\begin{{tabular}}{{{''.join(_alignment(column) for column in columns)}}}",
        r"\toprule",
        *_heading(columns),
        *(line for block in blocks for line in _block(block, len(columns))),
        r"\bottomrule",
        r"\end{tabular}",
    ]


def escape(text: str) -> str:
    """Return `text` with LaTeX's special signs and the suite's own symbols as commands."""
    return text.translate(_ESCAPED)


def _alignment(column: Column) -> str:
    if column.long:
        return r"p{0.3\linewidth}"
    return "r" if column.numeric else "l"


def _heading(columns: Sequence[Column]) -> list[str]:
    titles = " & ".join(escape(column.title) for column in columns) + r" \\"
    if not any(column.group for column in columns):
        return [titles]
    groups, rules, start = [], [], 1
    for group, members in groupby(columns, key=lambda column: column.group):
        width = len(list(members))
        groups.append(rf"\multicolumn{{{width}}}{{c}}{{{escape(group)}}}" if group else " & ".join([""] * width))
        if group:
            rules.append(rf"\cmidrule(lr){{{start}-{start + width - 1}}}")
        start += width
    return [" & ".join(groups) + r" \\", "".join(rules), titles]


def _block(block: Block, width: int) -> list[str]:
    title = [rf"\multicolumn{{{width}}}{{l}}{{\emph{{{escape(block.title)}}}}} \\"] if block.title else []
    return [r"\midrule", *title, *(" & ".join(_cell(cell) for cell in line) + r" \\" for line in block.lines)]


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    return (rf"\textbf{{{text}}}" if cell.best else text) + (_superscript(cell.marks) if cell.marks else "")


def _superscript(marks: Sequence[str]) -> str:
    return "$^{" + ",".join(mark.translate(_MARKS) for mark in marks) + "}$"
