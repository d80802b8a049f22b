"""Figures of mixed images, and the files that they read."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from mixsuite.catalog.runs import identity
from mixsuite.reporting import composition, soft_labels
from mixsuite.reporting.compositions import Box, outline, read_mixed, source_colour
from mixsuite.reporting.description import read_description

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
SHARED = {"images": 3, "alpha": 1, "probability": 1}
RECIPES = {
    "plain": {"method": "dcutmix", **SHARED},
    "salient": {"method": "saliency_dcutmix", **SHARED, "saliency": "uint8"},
}
SIZE = 20
BOXES = [[2, 3, 18, 19], [4, 5, 14, 15]]
CUTS = {"plain": BOXES, "salient": [[0, 0, 16, 16], [10, 10, 20, 20]]}
SHARES = [(400 - 256) / 400, (256 - 100) / 400, 100 / 400]


def shown(identity):
    return {"measured": {"composition": [{"seed": 0, "identity": identity}]}}


@pytest.fixture
def compose(tmp_path):
    """Write the files of a made-up composition; return its identity."""

    def make(samples=2, saliency=True):
        recipes = RECIPES if saliency else {"plain": RECIPES["plain"]}
        specification = {"dataset": {}, "recipes": recipes, "samples": samples, "draws": 9, "seed": 0}
        folder = tmp_path / "compositions" / identity(specification)
        folder.mkdir(parents=True)
        sample = {
            "places": [5, 2, 9],
            "classes": ["ant", "bee", "cow"],
            "salient_pixels": [[0, 0], [7, 7], [19, 19]] if saliency else None,
            "phi": [0.35, 0.4, 0.25],
            "v": [0.35, 0.4 / 0.65],
            "boxes": BOXES,
            "shares": SHARES,
            "cuts": {name: CUTS[name] for name in recipes},
        }
        areas = [
            {"source": k, "metric": metric, "seed": seed, "value": 0.1 * (k + 1) + 0.01 * seed}
            for seed in range(3)
            for k in range(3)
            for metric in ("area_deviation", "distance_to_dirichlet")
        ]
        seen = [
            {"recipe": name, "metric": metric, "seed": seed, "value": 50.0 + seed}
            for seed in range(3)
            for name in recipes
            for metric in ("salient_pixel_visible", "saliency_visible")
        ]
        record = {"specification": specification, "size": [SIZE, SIZE], "samples": [sample] * samples}
        record |= {"areas": areas, "saliency": seen if saliency else []}
        (folder / "composition.json").write_text(json.dumps({"provenance": {}, **record}))
        rng = np.random.default_rng(0)
        arrays = {"sources": rng.integers(0, 256, (samples, 3, SIZE, SIZE, 3), dtype=np.uint8)}
        arrays |= {f"images_{name}": rng.integers(0, 256, (samples, SIZE, SIZE, 3), dtype=np.uint8) for name in recipes}
        np.savez(folder / "images.npz", **arrays)
        return folder.name

    return make


@pytest.fixture
def read(compose, describe, tmp_path):
    """Give the description of an artefact and the composition that it shows."""

    def make(*arguments, **changes):
        name = compose(*arguments)
        description = read_description(describe([], name="jeong2021_fig1", **shown(name), **changes))
        return description, read_mixed(description, tmp_path / "compositions")

    return make


def test_boxes_keep_their_sizes_in_the_sources(read):
    _, mixed = read()
    assert mixed.size == (SIZE, SIZE)
    assert len(mixed.samples) == 2
    sample = mixed.samples[0]
    assert sample.boxes == [Box(2, 3, 18, 19), Box(4, 5, 14, 15)]
    assert sample.cuts["salient"][1] == Box(10, 10, 20, 20)
    assert sample.sources.shape == (3, SIZE, SIZE, 3)


def test_a_salient_pixel_moves_with_its_patch(read):
    sample = read()[1].samples[0]
    # The first source stays where it is; nothing covers its corner.
    assert sample.shown_salient_pixel("plain", 0) == sample.shown_salient_pixel("salient", 0) == (0, 0)
    # Of the second, cut where it is pasted, the pixel lies below the third; cut elsewhere, it does so, too.
    assert sample.shown_salient_pixel("plain", 1) is None
    assert sample.shown_salient_pixel("salient", 1) is None
    # Of the third it is outside the box, or else in its last corner.
    assert sample.shown_salient_pixel("plain", 2) is None
    assert sample.shown_salient_pixel("salient", 2) == (13, 14)


def test_table_of_a_composition(read):
    table = composition.sources_table(read()[1])
    assert table["class"].tolist() == ["ant", "bee", "cow"]
    assert table["phi"].tolist() == [0.35, 0.4, 0.25]
    assert table["v"].tolist() == [0.35, pytest.approx(0.6154, abs=1e-4), 1]
    assert table.loc[1, ["top", "left", "bottom", "right"]].tolist() == [2, 3, 18, 19]
    area = (table["bottom"] - table["top"]) * (table["right"] - table["left"])
    assert (area - area.shift(-1, fill_value=0)).div(400).tolist() == pytest.approx(table["share"].tolist())


def test_areas_are_measured_by_source(read):
    description, mixed = read(1, True, stand_in=True)
    table = composition.measure_areas(description, mixed)
    assert len(table) == 18
    first = table[table["metric"] == "area_deviation"]
    assert first[first["row"] == "r2"]["value"].tolist() == pytest.approx([0.2, 0.21, 0.22])
    assert table["stand_in"].all()


def test_saliency_is_measured_by_method(read):
    table = soft_labels.measure_saliency(*read())
    assert set(table["row"]) == {"dcutmix", "saliency_dcutmix"}
    assert set(table["metric"]) == {"salient_pixel_visible", "saliency_visible"}
    assert table["seed"].value_counts().tolist() == [4, 4, 4]


def test_figure_of_a_composition(read):
    figure = composition.draw(*read())
    *sources, composite, sticks = figure.axes
    assert [axis.get_title() for axis in sources] == ["$x_1$: ant", "$x_2$: bee", "$x_3$: cow"]
    outlines = [patch for patch in composite.patches if isinstance(patch, Rectangle)]
    assert [to_hex(each.get_edgecolor()).upper() for each in outlines] == [source_colour(k) for k in range(3)]
    assert (outlines[1].get_x(), outlines[1].get_y(), outlines[1].get_width()) == (2.5, 1.5, 16)
    bars = [patch for patch in sticks.patches if isinstance(patch, Rectangle)]
    lengths = [bar.get_width() for bar in bars]
    broken = [0.35, 0.65, 0.4, 0.25]
    assert lengths == pytest.approx([*broken, 0.35, 0.4, 0.25, *SHARES])
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert ends == pytest.approx([0.35, 1, 0.75, 1, 0.35, 0.75, 1, 0.36, 0.75, 1])
    assert [label.get_text() for label in sticks.get_yticklabels()][:2] == ["whole image", "box 1"]
    assert "$\\phi_2$ = 0.400" in [text.get_text() for text in sticks.texts]


def test_what_a_source_does_not_give_is_faded(read):
    description, mixed = read()
    figure = composition.draw(description, mixed)
    source, shown = mixed.samples[0].sources[1], figure.axes[1].images[0].get_array()
    given = np.zeros((SIZE, SIZE), bool)
    given[2:18, 3:19] = True
    given[4:14, 5:15] = False
    np.testing.assert_array_equal(shown[given], source[given])
    assert (shown[~given] >= 0.7 * 255).all()


def test_figure_of_soft_labels(read):
    description, mixed = read()
    figure = soft_labels.draw(description, mixed)
    panels = np.array(figure.axes).reshape(5, 2)
    assert panels[1, 0].texts[0].get_text() == "DCutMix"
    assert panels[3, 0].texts[0].get_text() == "Saliency-DCutMix"
    np.testing.assert_array_equal(panels[3, 1].images[0].get_array(), mixed.samples[1].images["salient"])
    for row in (2, 4):
        axis = panels[row, 0]
        assert [bar.get_width() for bar in axis.patches] == pytest.approx(SHARES)
        assert [text.get_text() for text in axis.texts] == ["ant 0.36", "bee 0.39", "cow 0.25"]
    filled = [[line.get_color() != "white" for line in panels[row, 0].lines] for row in (2, 4)]
    assert filled == [[True, False, False], [True, False, True]]
    assert [len(panels[row, 0].lines) for row in (1, 3)] == [1, 2]
    assert len(figure.legends) == 1


def test_table_of_soft_labels(read):
    table = soft_labels.labels_table(read()[1])
    assert len(table) == 2 * 2 * 3
    assert table.groupby(["recipe", "sample"])["label"].sum().tolist() == pytest.approx([1] * 4)
    shown = table[table["sample"] == 1].pivot(index="source", columns="recipe", values="salient_pixel_visible")
    assert shown["plain"].tolist() == [True, False, False]
    assert shown["salient"].tolist() == [True, False, True]


@pytest.mark.parametrize("module", [composition, soft_labels])
def test_a_stand_in_says_so(read, module):
    figure = module.draw(*read(1, True, stand_in=True, stand_in_note="photographs for ImageNet"))
    assert "photographs for ImageNet" in next(text.get_text() for text in figure.texts if text.get_gid() == "stand-in")


def test_an_empty_box_has_no_outline(read):
    figure = composition.draw(*read())
    before = len(figure.axes[0].patches)
    outline(figure.axes[0], Box(3, 3, 3, 9), "red")
    assert len(figure.axes[0].patches) == before


def test_a_composition_without_salient_pixels_has_no_such_figure(read):
    with pytest.raises(ValueError, match=r"found \['plain'\], expected one that looks at saliency"):
        soft_labels.draw(*read(1, False))


def test_files_that_are_missing_or_damaged_are_named(compose, describe, tmp_path):
    name = compose()
    description = read_description(describe([], **shown(name)))
    folder = tmp_path / "compositions"
    with pytest.raises(ValueError, match="composition: missing"):
        read_mixed(read_description(describe([])), folder)
    with pytest.raises(ValueError, match=r"nowhere.*composition\.json: missing"):
        read_mixed(description, tmp_path / "nowhere")
    (folder / name / "images.npz").write_bytes(b"no arrays")
    with pytest.raises(ValueError, match=r"images\.npz: cannot be read, expected mixed images"):
        read_mixed(description, folder)
    other = json.loads((folder / name / "composition.json").read_text())
    other["specification"]["seed"] = 7
    (folder / name / "composition.json").write_text(json.dumps({"provenance": {}, **other}))
    with pytest.raises(ValueError, match=f"expected that of {name}"):
        read_mixed(description, folder)
    (folder / name / "images.npz").unlink()
    with pytest.raises(ValueError, match=r"images\.npz: missing"):
        read_mixed(description, folder)


@pytest.mark.parametrize(("program", "lines"), [("plot_composition", 3), ("plot_soft_labels", 6)])
def test_programs_draw_equal_bytes(coarse, compose, describe, tmp_path, program, lines):
    main = runpy.run_path(str(SCRIPTS / f"{program}.py"))["main"]
    artefact = json.dumps(describe([], name="jeong2021_fig", **shown(compose(1))))
    written = {}
    for folder in ("first", "second"):
        outputs = {form: tmp_path / folder / f"figure.{form}" for form in ("pdf", "png", "csv", "measurements")}
        options = [part for form, path in outputs.items() for part in (f"--output-{form}", str(path))]
        status = main(["--artefact", artefact, "--runs", str(tmp_path / "compositions"), *options])
        assert status == 0
        written[folder] = [path.read_bytes() for path in outputs.values()]
    assert written["first"] == written["second"]
    assert len(pd.read_csv(tmp_path / "first" / "figure.csv")) == lines


@pytest.mark.parametrize("program", ["plot_composition", "plot_soft_labels"])
def test_a_missing_composition_is_one_message(describe, tmp_path, capsys, program):
    main = runpy.run_path(str(SCRIPTS / f"{program}.py"))["main"]
    forms = ("pdf", "png", "csv", "measurements")
    outputs = [part for form in forms for part in (f"--output-{form}", str(tmp_path / form))]
    artefact = json.dumps(describe([], **shown("abc")))
    assert main(["--artefact", artefact, "--runs", str(tmp_path), *outputs]) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1
