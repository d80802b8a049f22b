from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from mixsuite.reporting.description import read_description
from mixsuite.reporting.feature_outputs import curves, draw, measure_outputs, read_outputs
from mixsuite.reporting.methods import METHODS


@pytest.fixture
def artefact(describe, patch_rows, tmp_path):
    rows = patch_rows()
    second = [
        {
            **row,
            "id": row["id"].replace("paper", "theory"),
            "block": "Nearer to the theory",
            "patches": {"setting": "theory", "method": row["method"]},
        }
        for row in rows
    ]
    description = read_description(describe([*rows, *second], name="oh2024_feature_outputs"))
    return description, read_outputs(description, tmp_path / "patches")


@pytest.fixture
def figure(artefact):
    return draw(artefact[0], curves(artefact[1]))


def test_curves_are_mean_and_deviation_over_seeds(artefact):
    drawn = curves(artefact[1]).set_index(["setting", "rarity", "method", "step"])
    last = drawn.loc[("paper", "rare", "cutout", 100)]
    # Seeds end at 2.8, 2.8 · 1.1 and 2.8 · 1.2.
    assert last["mean"] == pytest.approx(2.8 * 1.1)
    assert last["std"] == pytest.approx(0.28)
    assert (last["seeds"], last["uniform_activation"]) == (3, 1.3954)
    assert len(drawn) == 2 * 3 * 3 * 4


def test_measurements_are_the_last_step(artefact):
    values = measure_outputs(*artefact).set_index(["metric", "row", "seed"])["value"]
    assert values["feature_output", "paper/cutmix/extremely_rare", 1] == pytest.approx(1.39 * 1.1)
    assert len(values) == 2 * 18 * 3


def test_the_overshoot_is_the_peak_minus_the_end(artefact):
    description, outputs = artefact
    cutmix = (outputs["row"] == "paper/cutmix/common") & (outputs["seed"] == 1)
    outputs.loc[cutmix & (outputs["step"] == 10), "value"] = 2.0
    values = measure_outputs(description, outputs).set_index(["metric", "row", "seed"])["value"]
    # Seed 1 ends at 1.4 · 1.1; the others grow to the end.
    assert values["feature_output_overshoot", "paper/cutmix/common", 1] == pytest.approx(2 - 1.54)
    assert values["feature_output_overshoot", "paper/cutmix/common", 0] == 0
    assert values["feature_output_overshoot", "theory/cutmix/common", 1] == 0


def test_panels_are_settings_by_rarities(figure):
    axes = figure.axes
    assert len(axes) == 6
    assert [axis.get_title() for axis in axes[:3]] == ["Common feature", "Rare feature", "Extremely rare feature"]
    assert axes[0].get_ylabel() == axes[3].get_ylabel() == "Feature output"
    assert {axis.get_xlabel() for axis in axes[3:]} == {"Iterations of gradient descent"}
    assert axes[0].get_xscale() == "linear"
    assert axes[2].texts[-1].get_text() == "Setting of the paper's figure"
    assert axes[5].texts[-1].get_text() == "Nearer to the theory"


def test_a_panel_has_a_curve_and_a_band_per_method_and_the_predicted_level(figure):
    panel = figure.axes[1]
    lines = {line.get_label(): line for line in panel.lines}
    assert list(lines)[:3] == ["ERM", "Cutout", "CutMix"]
    assert [to_hex(line.get_color()).upper() for line in panel.lines[:3]] == [
        METHODS[method].colour for method in ("erm", "cutout", "cutmix")
    ]
    assert lines["Cutout"].get_ydata()[-1] == pytest.approx(2.8 * 1.1)
    assert len(panel.collections) == 3
    band = panel.collections[1].get_paths()[0].vertices
    assert band[band[:, 0] == 100][:, 1].max() == pytest.approx(2.8 * 1.1 + 0.28)
    level = panel.lines[3]
    assert np.allclose(level.get_ydata(), 1.3954)
    assert any(text.get_text() == "$c^*$ = 1.40" for text in panel.texts)


def test_legends_name_methods_band_and_level(figure):
    texts = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert texts == [
        "ERM",
        "Cutout",
        "CutMix",
        "mean ± standard deviation over 3 seeds",
        "$c^*$, predicted uniform activation of CutMix",
    ]


def test_nothing_overlaps_the_legends(figure):
    figure.draw_without_rendering()
    panels = [axis.get_tightbbox() for axis in figure.axes]
    for legend in figure.legends:
        box = legend.get_window_extent()
        assert not any(box.overlaps(panel) for panel in panels)
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1


def test_a_missing_class_is_named(describe, patch_rows, tmp_path):
    rows = [{**patch_rows()[0], "id": "paper/erm"}]
    with pytest.raises(ValueError, match="found no feature_output of None, which the row paper/erm shows"):
        read_outputs(read_description(describe(rows)), tmp_path / "patches")


def test_a_missing_trajectory_is_named(describe, patch_rows, tmp_path):
    rows = patch_rows(seeds=1)
    folder = rows[0]["runs"][0]["identity"]
    (tmp_path / "patches" / folder / "trajectory.csv").unlink()
    with pytest.raises(ValueError, match=rf"{folder}/trajectory\.csv: missing"):
        read_outputs(read_description(describe(rows)), tmp_path / "patches")
