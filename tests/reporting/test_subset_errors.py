"""The figures of trainings on subsets: what they read, measure and draw."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pandas as pd
import pytest

from mixsuite.reporting.description import read_description
from mixsuite.reporting.measurements import by_row
from mixsuite.reporting.results import read_results
from mixsuite.reporting.subset_errors import draw, error_points, measure_subset_errors
from mixsuite.reporting.subset_looks import subset_look

SETTINGS = {"subsampling": {"mixed_losses": {"anchor_ratio": 0.5}}}


def subset(measure="cv", order="high", t=0.05, interval=1, anchor_ratio=None):
    return {"t": t, "measure": measure, "order": order, "interval": interval, "anchor_ratio": anchor_ratio}


RANDOM = {"measure": "random", "order": None}
ROWS = {
    "t": {
        "t0.05/random": ("Random", subset(**RANDOM), [50.0, 51.0, 52.0]),
        "t0.05/cv": ("High CV", subset(), [45.0, 47.0, 46.0]),
        "t0.1/random": ("Random", subset(t=0.1, **RANDOM), [40.0, 41.0, 42.0]),
        "t0.1/cv": ("High CV", subset(t=0.1), [39.0, 41.0, 43.0]),
    },
    "interval": {
        "random": ("Random", subset(**RANDOM), [50.0, 51.0, 52.0]),
        "interval-1": ("High CV, interval 1 (deterministic)", subset(), [55.0, 56.0, 57.0]),
        "interval-5": ("High CV, interval 5", subset(interval=5), [47.0, 49.0, 48.0]),
    },
    "anchor_ratio": {
        "random": ("Random", subset(**RANDOM), [50.0, 51.0, 52.0]),
        "phi0.1": ("High CV, φ_i = 0.1", subset(anchor_ratio=0.1), [50.0, 51.0, 51.0]),
        "phi0.5": ("High CV, φ_i = 0.5", subset(), [45.0, 46.0, 47.0]),
    },
}


@pytest.fixture
def new_artefact(describe, classifier_runs):
    """Write the runs of the rows; return the catalog's description of them, with changes of rows by id."""

    def make(axis, more=(), changes=None):
        rows = [
            {
                "id": name,
                "label": label,
                "subset": chosen,
                "runs": classifier_runs(name, errors),
                "stand_in": True,
                **(changes or {}).get(name, {}),
            }
            for name, (label, chosen, errors) in ROWS[axis].items()
        ]
        made = {"name": "jeong2021_fig4a", "axis": axis, "settings": SETTINGS}
        return describe([*rows, *more], **made, stand_in=True, stand_in_note="digits for CIFAR-100")

    return make


@pytest.fixture
def read(tmp_path):
    def read(artefact):
        description = read_description(artefact)
        measurements = measure_subset_errors(description, read_results(description, tmp_path / "runs"))
        return description, measurements

    return read


def test_points_are_means_and_deviations_over_seeds(new_artefact, read):
    points = error_points(*read(new_artefact("t"))).set_index("row")
    assert points.loc["t0.05/cv", "error"] == pytest.approx(46)
    assert points.loc["t0.05/cv", "error_std"] == pytest.approx(1)
    assert points["x"].tolist() == [0.05, 0.05, 0.1, 0.1]
    assert points["line"].tolist() == ["Random", "High CV"] * 2
    assert (points["seeds"] == 3).all()


@pytest.mark.parametrize(("axis", "places"), [("interval", [1, 5]), ("anchor_ratio", [0.1, 0.5])])
def test_an_ablation_is_one_curve_beside_the_level_of_random_subsets(new_artefact, read, axis, places):
    points = error_points(*read(new_artefact(axis)))
    assert points[points["line"] == "High CV"]["x"].tolist() == places
    assert points[points["line"] == "Random"]["x"].isna().all()


def test_reductions_are_paired_by_seed(new_artefact, read):
    _, measurements = read(new_artefact("t", changes={"t0.05/cv": {"baseline": "t0.05/random"}}))
    found = by_row(measurements, "error_reduction")
    assert found.keys() == {"t0.05/cv"}
    assert found["t0.05/cv"].by_seed == {0: 5.0, 1: 4.0, 2: 6.0}
    assert found["t0.05/cv"].stand_in


def test_the_best_interval_is_held_against_both_baselines(new_artefact, read):
    best = [
        {
            "id": f"best/{name}",
            "label": "best",
            "best_of": ["interval-1", "interval-5"],
            "baseline": name,
            "stand_in": True,
        }
        for name in ("interval-1", "random")
    ]
    description, measurements = read(new_artefact("interval", more=best))
    found = by_row(measurements, "error_reduction")
    assert found["best/interval-1"].values == [8.0, 7.0, 9.0]
    assert found["best/random"].values == [3.0, 2.0, 4.0]
    assert by_row(measurements, "best_top1_error")["best/random"].values == [47.0, 49.0, 48.0]
    assert len(error_points(description, measurements)) == 3, "what was chosen is drawn once, in its own place"


@pytest.mark.parametrize(("axis", "words"), [("t", "Ratio t"), ("interval", "Interval"), ("anchor_ratio", "phi_i")])
def test_figures_say_what_they_are(new_artefact, read, axis, words):
    description, measurements = read(new_artefact(axis))
    figure = draw(description, error_points(description, measurements))
    (drawn,) = figure.axes
    assert words in drawn.get_xlabel()
    assert "%" in drawn.get_ylabel()
    texts = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"Random", "High CV"} < texts
    assert any("standard\ndeviation over\n3 seeds" in text for text in texts)
    assert any(text.get_gid() == "stand-in" for text in figure.texts)
    assert len(drawn.get_xticks()) == 2


def test_each_way_of_subsampling_has_its_look():
    rows = [subset(**RANDOM), subset(), subset(interval=5), subset("mean"), subset("mean", "low"), subset("std")]
    rows += [subset("bald"), subset("variation_ratios"), subset("k_center", None)]
    looks = [subset_look(row) for row in rows]
    assert len({look.colour for look in looks}) == len({look.marker for look in looks}) == len(rows)
    assert subset_look(subset(t=0.1, anchor_ratio=0.1)) == subset_look(subset())


def test_nothing_to_draw_and_no_axis_are_named(new_artefact, read):
    artefact = new_artefact("t")
    description, measurements = read(artefact)
    with pytest.raises(ValueError, match="found no row with trained networks"):
        error_points(description, measurements.iloc[:0])
    with pytest.raises(ValueError, match="--artefact: axis: found None"):
        error_points(*read({**artefact, "axis": None}))


def test_the_program_writes_every_file(new_artefact, tmp_path, coarse, root):

    spec = importlib.util.spec_from_file_location(
        "plot_subset_errors", root / "workflow" / "scripts" / "plot_subset_errors.py"
    )
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    out = {form: tmp_path / f"figure.{form}" for form in ("pdf", "png", "csv")}
    options = [part for form, path in out.items() for part in (f"--output-{form}", str(path))]
    artefact = ["--artefact", json.dumps(new_artefact("t")), "--runs", str(tmp_path / "runs")]
    measured = tmp_path / "measurements.csv"
    assert program.main([*artefact, *options, "--output-measurements", str(measured)]) == 0
    assert all(path.stat().st_size for path in out.values())
    assert len(pd.read_csv(out["csv"])) == 4
    assert np.isclose(pd.read_csv(measured).query("metric == 'best_top1_error'")["value"].mean(), 44.75)
