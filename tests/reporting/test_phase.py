from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mixsuite.patches.sweep import COLUMNS
from mixsuite.reporting.description import read_description
from mixsuite.reporting.phase import draw, measure_phase, phase_cells, read_sweep

METHODS = ("erm", "cutout", "cutmix")
NOISE = (20.0, 80.0, 320.0)
IMAGES = (5.0, 20.0, 80.0, 160.0)


def sweep_lines(method: str) -> list[dict]:
    lines = []
    for seed in range(3):
        for noise in NOISE:
            for feature, images in enumerate(IMAGES, start=1):
                learned = method == "cutmix" or images > noise * (1 if method == "erm" else 0.36)
                accuracy = (0.95 if learned else 0.55) + 0.01 * seed
                values = [method, seed, noise**0.5, 0.6 * noise**0.5, 6000, noise, 0.36 * noise, feature, "rare"]
                values += [images / 300, images, images, 1.0, accuracy, learned]
                lines.append(dict(zip(COLUMNS, values, strict=True)))
    return lines


@pytest.fixture
def sweep(tmp_path):
    folder = tmp_path / "sweeps" / "oh2024_phase"
    folder.mkdir(parents=True)
    for method in METHODS:
        pd.DataFrame(sweep_lines(method)).to_csv(folder / f"{method}.csv", index=False)
    return read_sweep(tmp_path, "oh2024_phase")


def test_cells_are_means_over_seeds(sweep):
    cells = phase_cells(sweep).set_index(["method", "dominant_noise", "expected_images"])
    assert cells.loc[("erm", 80.0, 160.0), "accuracy_mean"] == pytest.approx(0.96)
    assert cells.loc[("erm", 80.0, 80.0), "accuracy_mean"] == pytest.approx(0.56)
    assert cells.loc[("cutout", 80.0, 80.0), "accuracy_std"] == pytest.approx(0.01)
    assert set(cells["seeds"]) == {3}
    assert len(cells) == 36


def test_measurements_have_a_line_per_seed(describe, sweep):
    description = read_description(describe([], name="oh2024_phase"))
    measurements = measure_phase(description, sweep)
    assert len(measurements) == len(sweep)
    assert measurements.loc[0, "row"] == "erm/sigma_d4.47214/feature1"
    assert not measurements["stand_in"].any()


def test_a_changed_setting_makes_its_measurements_stand_ins(describe, sweep):
    description = read_description(describe([], name="oh2024_phase", stand_in=True))
    assert measure_phase(description, sweep)["stand_in"].all()


def test_a_panel_per_method_with_cells_and_thresholds(sweep):
    figure = draw(phase_cells(sweep))
    panels = figure.axes[:3]
    assert [axis.get_title() for axis in panels] == ["ERM", "Cutout", "CutMix"]
    for axis in panels:
        assert (axis.get_xscale(), axis.get_yscale()) == ("log", "log")
        dominant, background = axis.lines[:2]
        assert np.allclose(dominant.get_ydata(), dominant.get_xdata())
        assert np.allclose(background.get_ydata() * 0.36, background.get_xdata())
    mesh = panels[0].collections[0]
    assert mesh.get_array().reshape(3, 4)[0, 3] == pytest.approx(0.96)
    assert mesh.get_clim() == (0.5, 1)
    # A border where some features are learned and some are not; CutMix learns all.
    assert [len(axis.collections) for axis in panels] == [2, 2, 1]
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[0] == "accuracy 0.75: learned"
    assert texts[1] == "$n\\rho_k = \\sigma_d^2 d$, predicted for ERM"
    assert "after 6,000 iterations\n(mean over 3 seeds)" in figure.axes[3].get_ylabel()


def test_cells_lie_around_their_values(sweep):
    mesh = draw(phase_cells(sweep)).axes[0].collections[0]
    edges = mesh.get_coordinates()[0, :, 0].tolist()
    # Geometric means of 5, 20, 80, 160, mirrored at both ends.
    assert edges == pytest.approx([2.5, 10, 40, 113.1371, 226.2742])


def test_features_of_equal_probability_share_a_column(sweep):
    cells = phase_cells(sweep)
    twins = cells.assign(feature=cells["feature"] + 10, accuracy_mean=cells["accuracy_mean"] - 0.2)
    mesh = draw(pd.concat([cells, twins])).axes[0].collections[0]
    assert mesh.get_array().reshape(3, 4)[0, 3] == pytest.approx(0.86)


def test_a_grid_too_small_to_draw_is_told(sweep):
    cells = phase_cells(sweep)
    with pytest.raises(ValueError, match="found a grid of 1 x 4"):
        draw(cells[cells["dominant_noise"] == 20])


def test_a_missing_method_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"sweeps/oh2024_phase/erm\.csv: missing, expected the sweep of erm"):
        read_sweep(tmp_path, "oh2024_phase")
