from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.patches.sweep import COLUMNS
from mixsuite.reporting.bridge import curves, draw, images_needed, measure_bridge, read_bridge
from mixsuite.reporting.description import read_description

METHODS = ("erm", "cutout", "cutmix")
NAME = "oh2024_bridge"


def sweep_lines(method):
    needed = {"erm": 30, "cutout": 7, "cutmix": 3}[method]
    for seed in range(3):
        for feature, images in enumerate((40.0, 20.0, 10.0, 5.0), start=1):
            accuracy = 1.0 if images > needed else 0.5
            rarity = "common" if feature == 1 else "rare"
            values = [method, seed, 0.3, 0.05, 100, 32.0, 2.0, feature, rarity, images / 80, images, images, 1.0]
            yield dict(zip(COLUMNS, [*values, accuracy, accuracy == 1], strict=True))


@pytest.fixture
def bridge(describe, bridge_runs, tmp_path):
    folder = tmp_path / "patches" / "sweeps" / NAME
    folder.mkdir(parents=True)
    for method in METHODS:
        pd.DataFrame(sweep_lines(method)).to_csv(folder / f"{method}.csv", index=False)
    rows = [{"id": f"patch/{method}"} for method in METHODS]
    rows += [{"id": f"cnn/{method}", "runs": [run]} for method, run in zip(METHODS, bridge_runs(), strict=True)]
    description = read_description(describe(rows, name=NAME))
    return description, read_bridge(description, tmp_path / "patches", tmp_path / "bridges")


def test_both_networks_are_in_one_table(bridge):
    _, table = bridge
    assert table.groupby("network").size().to_dict() == {"patch": 36, "cnn": 36}
    assert set(table["dominant_noise"]) == {32.0}
    drawn = curves(table).set_index(["network", "method", "expected_images"])
    assert drawn.loc[("cnn", "erm", 20.0), "accuracy_mean"] == pytest.approx(0.91)
    assert drawn.loc[("cnn", "erm", 20.0), "accuracy_std"] == pytest.approx(0.01)
    assert drawn.loc[("patch", "erm", 20.0), "accuracy_mean"] == 0.5
    assert set(drawn["seeds"]) == {3}


def test_measurements_say_how_many_images_a_feature_needs(bridge):
    values = measure_bridge(*bridge).set_index(["row", "metric", "seed"])["value"].sort_index()
    # Half way between 40 and 20 images on a logarithmic axis.
    assert values["patch/erm", "images_needed"].tolist() == pytest.approx([math.sqrt(800)] * 3)
    assert values["patch/cutmix", "images_needed", 0] == 5
    # 0.9 at 20 images, 0.6 at 10: half way.
    assert values["cnn/erm", "images_needed", 0] == pytest.approx(math.sqrt(200))
    # The rare features alone: one of three is learned.
    assert values["cnn/erm", "class_accuracy", 0] == pytest.approx((0.9 + 0.6 + 0.6) / 3)
    assert len(values) == 6 * 2 * 3


def test_only_rows_of_the_manifest_are_measured(bridge, describe):
    _, table = bridge
    description = read_description(describe([{"id": "cnn/erm"}], name=NAME))
    assert set(measure_bridge(description, table)["row"]) == {"cnn/erm"}


@given(
    limit=st.floats(3, 100),
    images=st.lists(st.floats(2, 200), min_size=2, max_size=8, unique=True).map(lambda x: sorted(x, reverse=True)),
)
def test_the_images_needed_lie_where_a_curve_crosses_the_limit(limit, images):
    # Straight over the logarithm: the place is exact, but for the ends.
    accuracies = [0.75 + 0.05 * (math.log(x) - math.log(limit)) for x in images]
    expected = min(max(limit, images[-1]), images[0])
    assert images_needed(images, accuracies) == pytest.approx(expected, rel=1e-6)


def test_the_first_fall_counts():
    assert images_needed([8, 4, 2, 1], [1.0, 0.5, 1.0, 1.0]) == pytest.approx(math.sqrt(32))
    assert images_needed([8, 4], [0.6, 0.9]) == 8


def test_a_panel_per_network_with_a_curve_per_method_and_both_thresholds(bridge):
    description, table = bridge
    figure = draw(description, curves(table))
    panels = figure.axes
    assert [axis.get_title() for axis in panels] == ["Patch network (two neurons)", "CNN on images"]
    for axis in panels:
        assert axis.get_xscale() == "log"
        named = {line.get_label(): line for line in axis.lines if not line.get_label().startswith("_")}
        assert list(named) == ["ERM", "Cutout", "CutMix"]
        assert named["ERM"].get_xdata().tolist() == [5, 10, 20, 40]
        assert {32.0, 2.0} <= {line.get_xdata()[0] for line in axis.lines}
        assert len(axis.collections) == 3
    assert any("3 seeds" in text.get_text() for text in figure.legends[0].get_texts())


def test_a_stand_in_says_so(bridge, describe):
    _, table = bridge
    description = read_description(describe([], name=NAME, stand_in=True, stand_in_note="epochs 1 for 40"))
    assert any("epochs 1 for 40" in text.get_text() for text in draw(description, curves(table)).texts)


def test_a_missing_network_is_one_message(bridge, tmp_path):
    description, _ = bridge
    next((tmp_path / "bridges").iterdir()).unlink()
    with pytest.raises(ValueError, match=r"bridges/\w+\.json: missing, expected the result of a run"):
        read_bridge(description, tmp_path / "patches", tmp_path / "bridges")
