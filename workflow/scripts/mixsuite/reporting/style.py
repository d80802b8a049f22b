"""One look for all figures: type, lines and widths, the mark of a stand-in, and how a figure is written."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import seaborn as sns
from matplotlib.figure import Figure

from mixsuite.files import atomic_path

TEXT_WIDTH = {"oh2024": 5.5, "jeong2021": 7.0}
"""Inches across a page of each paper."""
GUIDE_COLOUR = "#222222"
_STAND_IN_COLOUR = "#A40000"
_STAND_IN_SIZE = 6
_POINTS = 72
# Of the font's size.
_MEAN_LETTER_WIDTH = 0.57
_LINE_HEIGHT = 1.25

_SETTINGS = {
    **sns.axes_style("ticks"),
    "font.family": "sans-serif",
    # The one font that matplotlib ships, so that every machine draws the same figure.
    "font.sans-serif": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 7,
    "figure.titlesize": 8,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "legend.frameon": False,
    "savefig.dpi": 300,
    # TrueType keeps text as text; matplotlib's default (type 3) embeds glyphs that many programs cannot search or edit.
    "pdf.fonttype": 42,
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw figures in the common style inside the `with` block; the settings outside it stay as they were."""
    with mpl.rc_context(_SETTINGS):
        yield


def mark_stand_in(figure: Figure, note: str) -> None:
    """Write at the foot of `figure` that its numbers stand in for the paper's, and what stands in for what (`note`).

    Call it last: it takes the room for its lines from a figure with constrained layout.
    """
    width, height = figure.get_size_inches()
    text = textwrap.fill(f"Stand-in: {note}", int(width * _POINTS / (_STAND_IN_SIZE * _MEAN_LETTER_WIDTH)))
    figure.text(0.99, 0.01, text, ha="right", va="bottom", size=_STAND_IN_SIZE, color=_STAND_IN_COLOUR, gid="stand-in")
    room = (text.count("\n") + 1.5) * _STAND_IN_SIZE * _LINE_HEIGHT / (height * _POINTS)
    figure.set_layout_engine("constrained", rect=(0, room, 1, 1 - room))


def save(figure: Figure, pdf: Path | str, png: Path | str) -> None:
    """Write `figure` as PDF (text stays text) and PNG (300 dots per inch), atomically; equal figures, equal bytes."""
    with figure_style():
        with atomic_path(pdf) as temporary:
            figure.savefig(temporary, format="pdf", metadata={"CreationDate": None})
        with atomic_path(png) as temporary:
            figure.savefig(temporary, format="png", metadata={"Software": None})
