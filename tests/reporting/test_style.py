from __future__ import annotations

import re
import zlib

import matplotlib as mpl
from matplotlib.figure import Figure

from mixsuite.reporting.style import figure_style, mark_stand_in, save


def make() -> Figure:
    with figure_style():
        figure = Figure(figsize=(3, 2), layout="constrained")
        axis = figure.subplots()
        axis.plot([0, 1], [0, 1])
        axis.set_xlabel("Perturbation")
        return figure


def test_equal_figures_give_equal_bytes(tmp_path):
    for name in ("a", "b"):
        save(make(), tmp_path / f"{name}.pdf", tmp_path / f"{name}.png")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "a.png", "b.pdf", "b.png"]


def texts_of(pdf: bytes) -> list[str]:
    """The strings that the pages show; a string is in pieces, with room between letters set apart."""
    streams = re.findall(rb"/FlateDecode[^>]*>>\s*stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    shown = [line for stream in streams for line in re.findall(rb"Td\n(.*?)T[jJ]", zlib.decompress(stream), re.DOTALL)]
    return [b"".join(re.findall(rb"\((.*?)\)", line, re.DOTALL)).decode("utf-16-be") for line in shown]


def test_text_in_the_pdf_is_text(tmp_path):
    save(make(), tmp_path / "a.pdf", tmp_path / "a.png")
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert "Perturbation" in texts_of(pdf)
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    # The map back to letters, without which text can be neither found nor copied.
    assert b"/ToUnicode" in pdf


def test_png_has_300_dots_per_inch(tmp_path):
    save(make(), tmp_path / "a.pdf", tmp_path / "a.png")
    # Width and height of the header chunk.
    header = (tmp_path / "a.png").read_bytes()[16:24]
    assert (int.from_bytes(header[:4]), int.from_bytes(header[4:])) == (900, 600)


def test_the_style_ends_with_its_block():
    before = dict(mpl.rcParams)
    with figure_style():
        assert mpl.rcParams["pdf.fonttype"] == 42
    assert dict(mpl.rcParams) == before


def test_a_stand_in_says_so_inside_the_figure():
    figure = make()
    note = "digits (8 x 8) for CIFAR-100; a narrow network for PyramidNet-110; 30 epochs for 300; half of the seeds"
    mark_stand_in(figure, note)
    figure.draw_without_rendering()
    [text] = [text for text in figure.texts if text.get_gid() == "stand-in"]
    assert text.get_text().replace("\n", " ") == f"Stand-in: {note}"
    mark, axis = text.get_window_extent(), figure.axes[0].get_tightbbox()
    assert mark.x0 >= 0
    assert mark.x1 <= figure.bbox.x1
    assert mark.y1 <= axis.y0
