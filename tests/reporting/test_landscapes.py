"""The figures of the landscape: what they read, measure and draw."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from mixsuite.catalog.runs import identity
from mixsuite.reporting.description import read_description
from mixsuite.reporting.landscapes import rows_by_method
from mixsuite.reporting.perturbation import draw as draw_noise
from mixsuite.reporting.perturbation import measure_noise, noise_curves, noise_table
from mixsuite.reporting.results import read_measured
from mixsuite.reporting.sharpness import correlations, density, measure_sharpness, sharpness_table
from mixsuite.reporting.sharpness import draw as draw_sharpness
from mixsuite.reporting.surface_page import surface_page
from mixsuite.reporting.surfaces import draw as draw_surfaces
from mixsuite.reporting.surfaces import measure_surfaces, surface_table

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
SETTINGS = {"parameters": "all", "seed": 0}
SIGMAS = [0.002, 0.012]
STEPS = [-0.1, 0.0, 0.1]
WIDTHS = {"vanilla": 30.0, "mixup": 20.0, "cutmix": 15.0, "dcutmix": 10.0}
"""The first eigenvalue of each method's made-up bowls, of which the second is a half."""
PROGRAMS = {"plot_surfaces": 3 * 4 * 3, "plot_perturbation": 4 * 3, "plot_sharpness": 3 * 4 * 3}
"""Measurements of each program: metrics × methods (× seeds)."""


def landscape(method, seed, run):
    """A bowl: loss = centre + (h1 λ1² + h2 λ2²) / 2."""
    top, centre = WIDTHS[method] + seed, 0.2 + 0.01 * seed
    first, second = np.meshgrid(STEPS, STEPS, indexing="ij")
    loss = centre + (top * first**2 + top / 2 * second**2) / 2
    return {
        "specification": {**SETTINGS, "run": run},
        "parameters": 1000,
        "eigenvalues": [top, -top / 2 if method == "vanilla" and seed == 0 else top / 2],
        "trace": 4 * top,
        "trace_error": 1.0,
        "density": {"nodes": [[0.0, top], [-1.0, top]], "weights": [[0.9, 0.1], [0.8, 0.2]]},
        "centre": {"loss": centre, "error": 4.0},
        "surface": {"steps": STEPS, "loss": loss.tolist(), "error": (100 * loss).tolist()},
        "gaussian": {
            "sigmas": SIGMAS,
            "centre": {"loss": centre, "error": 4.0},
            "loss": [[centre + 0.01, centre + 0.1], [centre + 0.03, centre + 0.3]],
            "error": [[4.0, 5.0], [4.0, 7.0]],
        },
        "last": {"top1_error": WIDTHS[method] / 10 + seed},
    }


@pytest.fixture
def new_artefact(describe, tmp_path):
    """Write the landscapes of four methods and three seeds; return the catalog's description of rows that show them."""

    def make(ids="{method}", printed=None, **changes):
        folder = tmp_path / "landscapes"
        folder.mkdir(exist_ok=True)
        rows = []
        for method in WIDTHS:
            runs = [{"seed": seed, "identity": identity({"method": method, "seed": seed})} for seed in range(3)]
            measured = []
            for run in runs:
                content = landscape(method, run["seed"], run["identity"])
                measured.append({"seed": run["seed"], "identity": identity(content["specification"])})
                (folder / f"{measured[-1]['identity']}.json").write_text(json.dumps({"provenance": {}, **content}))
            names = {"id": ids.format(method=method), "label": method.upper(), "method": method}
            shown = {**names, "runs": runs, "measured": {"landscape": measured}, "printed": printed or {}}
            rows.append({**shown, "stand_in": changes.get("stand_in", False)})
        return describe(rows, name="artefact", kind="figure", **changes)

    return make


@pytest.fixture
def read(tmp_path):
    """Read the landscapes of an artefact."""

    def read(artefact):
        description = read_description(artefact)
        return description, read_measured(description, "landscape", tmp_path / "landscapes")

    return read


def test_landscapes_are_read_by_row_and_seed(new_artefact, read):
    _, landscapes = read(new_artefact())
    assert {row: list(by_seed) for row, by_seed in landscapes.items()} == {name: [0, 1, 2] for name in WIDTHS}
    assert landscapes["cutmix"][2]["eigenvalues"] == [17, 8.5]


def test_another_landscape_under_the_name_is_told(new_artefact, read, tmp_path):
    artefact = new_artefact()
    first, second, *_ = sorted((tmp_path / "landscapes").iterdir())
    first.write_text(second.read_text())
    with pytest.raises(ValueError, match=rf"{first}: found the result of the run {second.stem}, expected that of"):
        read(artefact)


def test_no_rows_are_told(describe):
    with pytest.raises(ValueError, match="found no row with trained networks"):
        rows_by_method(read_description(describe([{"id": "a", "missing": "not run"}])))


def test_the_surface_is_the_mean_over_seeds(new_artefact, read):
    table = surface_table(*read(new_artefact())).set_index(["method", "lambda1", "lambda2"])
    assert len(table) == 4 * 9
    # Eigenvalues 10, 11, 12 and centres 0.20, 0.21, 0.22; along the second, half of them.
    assert table.loc[("dcutmix", 0.1, 0.0), "loss"] == pytest.approx(0.21 + 11 * 0.01 / 2)
    assert table.loc[("dcutmix", 0.0, 0.1), "loss"] == pytest.approx(0.21 + 11 * 0.01 / 4)
    assert table.loc[("dcutmix", 0.0, 0.0), "loss_std"] == pytest.approx(0.01)
    assert table.loc[("dcutmix", 0.0, 0.0), "error"] == pytest.approx(21)
    assert set(table["seeds"]) == {3}


def test_measured_surfaces_tell_depth_and_width(new_artefact, read):
    found = measure_surfaces(*read(new_artefact())).set_index(["row", "metric", "seed"])["value"]
    # Of the nine points, six have λ1² = 0.01, and six have λ2².
    rise = (10 + 5) * 0.01 / 2 * 6 / 9
    assert found["dcutmix", "centre_loss", 0] == 0.2
    assert found["dcutmix", "surface_loss_rise", 0] == pytest.approx(rise)
    assert found["dcutmix", "surface_loss", 0] == pytest.approx(0.2 + rise)


def test_contour_plots_share_their_levels_and_have_the_paper_beside_them(new_artefact, read):
    description, landscapes = read(new_artefact())
    figure = draw_surfaces(description, surface_table(description, landscapes), landscapes)
    surfaces, *panels, bar = [axis for axis in figure.findobj() if hasattr(axis, "get_subplotspec")]
    assert surfaces.name == "3d"
    panels = [axis for axis in panels if axis.collections]
    assert [axis.get_title().split("\n")[0] for axis in panels] == ["VANILLA", "MIXUP", "CUTMIX", "DCUTMIX"]
    levels = [axis.collections[0].levels.tolist() for axis in panels]
    assert levels[0] == levels[1] == levels[2] == levels[3]
    assert bar.get_ylabel() == "Rise of the test loss (nats), mean over 3 seeds"
    assert "0.21" in {text.get_text() for axis in panels for text in axis.texts}, "how deep the minimum is"
    # All four surfaces are one collection of faces, 2 × 2 each.
    [faces] = surfaces.collections
    assert len(faces.get_facecolor()) == 16


def test_an_odd_number_of_methods_leaves_no_empty_panel(new_artefact, read):
    description, landscapes = read(new_artefact())
    description = replace(description, rows=description.rows[:3])
    figure = draw_surfaces(description, surface_table(description, landscapes), landscapes)
    _, *panels, _ = [axis for axis in figure.findobj() if hasattr(axis, "get_subplotspec")]
    assert [panel.get_title().splitlines()[0] for panel in panels] == [row.label for row in description.rows]
    # The right one of the first row has none below it.
    assert [panel.xaxis.get_tick_params()["labelbottom"] for panel in panels] == [False, True, True]


@pytest.fixture
def steep(new_artefact, read):
    """Draw bowls that are steep along λ1 and flat along λ2."""
    description, landscapes = read(new_artefact())
    for by_seed in landscapes.values():
        for content in by_seed.values():
            content["surface"]["loss"] = [[0.2 + 5 * first**2 + 0.01 * second for second in STEPS] for first in STEPS]
    return draw_surfaces(description, surface_table(description, landscapes), landscapes)


def test_the_first_direction_goes_to_the_right_in_contour_plots(steep):
    panel = next(axis for axis in steep.findobj() if getattr(axis, "collections", None) and axis.name != "3d")
    lines = np.concatenate([path.vertices for path in panel.collections[1].get_paths() if len(path.vertices)])
    assert np.ptp(lines[:, 1]) > 1.9 * 0.1, "contours of a valley along λ2 go up"
    for path in panel.collections[1].get_paths():
        for line in path.to_polygons(closed_only=False):
            assert np.ptp(line[:, 0]) < 0.05, "and not to the right"


def test_the_first_direction_is_the_first_axis_of_the_box(steep):
    box = next(axis for axis in steep.findobj() if getattr(axis, "name", "") == "3d")
    corners = np.array(box.collections[0]._faces)[..., :3].reshape(-1, 3)
    assert corners[np.isclose(abs(corners[:, 0]), 0.1), 2].min() > 0.24, "high where λ1 is at its ends"
    assert corners[np.isclose(corners[:, 0], 0), 2].max() < 0.21


def test_the_largest_eigenvalue_may_be_none_of_the_leading_pair(new_artefact, read):
    description, landscapes = read(new_artefact())
    for pair, largest in (([-5.0, 3.0], 3.0), ([-5.0, -4.0], 2.5)):
        content = landscapes["cutmix"][0]
        content["eigenvalues"], content["density"] = pair, {"nodes": [[-5.0, 2.5]], "weights": [[0.5, 0.5]]}
        found = measure_sharpness(description, landscapes).set_index(["row", "metric", "seed"])["value"]
        assert found["cutmix", "top_eigenvalue", 0] == largest


def test_a_negative_eigenvalue_is_told_in_its_panel(new_artefact, read):
    description, landscapes = read(new_artefact())
    figure = draw_surfaces(description, surface_table(description, landscapes), landscapes)
    titles = [text.get_text() for text in figure.findobj(Text)]
    assert [("negative: 1 seed" in title) for title in titles if title.startswith(("VANILLA\n", "MIXUP\n"))] == [
        True,
        False,
    ]


def test_the_page_holds_its_data_and_loads_nothing(new_artefact, read):
    artefact = new_artefact(stand_in=True, stand_in_note="digits </script> for CIFAR-100")
    artefact["rows"][0]["label"] = "</script><b>"
    description, landscapes = read(artefact)
    text = surface_page(description, surface_table(description, landscapes))
    markup = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"(?:src|href)=", markup)
    assert "<b>" not in markup
    assert text.count("</script>") == 1
    data = json.loads(re.search(r"const SURFACES = (.*);\n", text)[1])
    assert [trace["name"] for trace in data["traces"]] == ["</script><b>", "MIXUP", "CUTMIX", "DCUTMIX"]
    # Plotly's rows go along y, λ2.
    assert data["traces"][3]["loss"][1][2] == pytest.approx(0.21 + 11 * 0.01 / 2)
    assert data["traces"][3]["loss"][2][1] == pytest.approx(0.21 + 11 * 0.01 / 4)
    assert "Stand-in: digits" in markup


def test_noise_curves_are_means_over_seeds_and_draws(new_artefact, read):
    table = noise_table(*read(new_artefact(ids="sigma0.002/{method}")))
    assert len(table) == 4 * 3 * 2 * 3
    curves = noise_curves(table).set_index(["method", "sigma"])
    values = [0.2 + 0.01 * seed + rise for seed in range(3) for rise in (0.1, 0.3)]
    assert curves.loc[("cutmix", 0.012), "loss"] == pytest.approx(np.mean(values))
    assert curves.loc[("cutmix", 0.012), "loss_std"] == pytest.approx(np.std(values, ddof=1))
    assert curves.loc[("cutmix", 0.012), "error"] == pytest.approx(6)
    assert curves.loc[("cutmix", 0.0), "loss"] == pytest.approx(0.21)
    assert set(curves["draws"]) == {2}


@pytest.mark.parametrize(("sigma", "rise"), [(0.002, 0.02), (0.012, 0.2)])
def test_a_rows_loss_is_that_at_its_sigma(new_artefact, read, sigma, rise):
    found = measure_noise(*read(new_artefact(ids=f"sigma{sigma}/{{method}}")))
    assert set(found["metric"]) == {"loss"}
    assert found.set_index(["row", "seed"])["value"][f"sigma{sigma}/mixup", 1] == pytest.approx(0.21 + rise)


@pytest.mark.parametrize(
    ("ids", "message"),
    [("sigma0.003/{method}", r"found losses at σ = \[0.002, 0.012\], expected one at 0.003"), ("{method}", "its σ")],
)
def test_a_row_without_its_sigma_is_told(new_artefact, read, ids, message):
    with pytest.raises(ValueError, match=message):
        measure_noise(*read(new_artefact(ids=ids)))


@pytest.mark.parametrize("stand_in", [False, True])
def test_printed_points_are_drawn_but_not_beside_a_stand_in(new_artefact, read, stand_in):
    printed = {"loss": {"text": "0.79", "value": 0.79, "approximate": True}}
    artefact = new_artefact("sigma0.002/{method}", printed, stand_in=stand_in, stand_in_note="digits")
    description, landscapes = read(artefact)
    figure = draw_noise(description, noise_curves(noise_table(description, landscapes)))
    points = [line for line in figure.axes[0].lines if line.get_gid() == "printed"]
    assert [line.get_ydata() for line in points] == ([] if stand_in else [[0.79]] * 4)
    texts = " ".join(text.get_text() for text in figure.legends[0].get_texts())
    assert ("read off by eye" in texts) is not stand_in
    assert "3 seeds × 2 draws" in texts


def test_sharpness_numbers_and_their_correlation_with_the_error(new_artefact, read):
    table = sharpness_table(*read(new_artefact()))
    line = table.set_index(["method", "seed"]).loc[("mixup", 2)]
    assert (line["top_eigenvalue"], line["hessian_trace"], line["top1_error"]) == (22, 88, 4)
    assert line["loss_rise"] == pytest.approx(0.2)
    found = correlations(table)
    assert found["top_eigenvalue"].n == 12
    assert (
        found["top_eigenvalue"].value
        == found["hessian_trace"].value
        == pytest.approx(table["top_eigenvalue"].rank().corr(table["top1_error"].rank()))
    )
    measured = measure_sharpness(*read(new_artefact()))
    assert len(measured) == 36
    assert set(measured["metric"]) == {"top_eigenvalue", "hessian_trace", "loss_rise"}


def test_a_density_integrates_to_one_and_lies_at_its_nodes(new_artefact, read):
    _, landscapes = read(new_artefact())
    at = np.linspace(-5, 20, 5001)
    found = density(landscapes["dcutmix"], at, 0.1)
    assert np.trapezoid(found, at) == pytest.approx(1, abs=1e-6)
    near = np.abs(at) < 0.5
    # One of two probes has 0.9 there.
    assert np.trapezoid(found[near], at[near]) == pytest.approx(0.45, abs=1e-4)


def test_the_figure_of_sharpness_has_a_panel_per_number_and_the_density(new_artefact, read):
    description, landscapes = read(new_artefact())
    figure = draw_sharpness(description, sharpness_table(description, landscapes), landscapes)
    *panels, below = [axis for axis in figure.findobj() if hasattr(axis, "get_subplotspec")]
    assert len(panels) == 3
    assert all(axis.get_title().startswith("Spearman ρ = ") for axis in panels)
    assert below.get_yscale() == "log"
    assert len(below.lines) == 4


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), PROGRAMS.items())
def test_equal_inputs_give_equal_bytes(new_artefact, tmp_path, name, count):
    artefact = new_artefact("sigma0.002/{method}", stand_in=True, stand_in_note="digits")
    forms = ("pdf", "png", "csv", "measurements", *(["html"] if name == "plot_surfaces" else []))
    for folder in ("first", "second"):
        files = [part for form in forms for part in (f"--output-{form}", str(tmp_path / folder / f"{form}.x"))]
        what = ["--artefact", json.dumps(artefact), "--runs", str(tmp_path / "landscapes")]
        assert main_of(name)([*what, *files]) == 0
    first, second = ({each.name: each.read_bytes() for each in (tmp_path / f).iterdir()} for f in ("first", "second"))
    assert first == second
    assert sorted(first) == sorted(f"{form}.x" for form in forms)
    assert len(pd.read_csv(tmp_path / "first" / "measurements.x")) == count


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_missing_landscape_is_one_message(new_artefact, tmp_path, capsys, name):
    forms = ("pdf", "png", "csv", "measurements", *(["html"] if name == "plot_surfaces" else []))
    files = [part for form in forms for part in (f"--output-{form}", str(tmp_path / f"{form}.x"))]
    assert main_of(name)(["--artefact", json.dumps(new_artefact()), "--runs", "nowhere", *files]) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: nowhere/")
    assert message.count("\n") == 1
    assert not list(tmp_path.glob("*.x"))


def main_of(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main
