"""The table and figures of searches, on made-up results."""

import importlib.util
import json
from pathlib import Path

import pandas as pd
import pytest

from mixsuite.catalog.runs import identity
from mixsuite.reporting.cells import draw, edge_table, found_cells
from mixsuite.reporting.description import read_description
from mixsuite.reporting.search_cost import cost_points
from mixsuite.reporting.searches import device_note, measure_accuracy, measure_searches, read_searches

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
CELL = {"edges": [["skip_connect", 0], ["sep_conv_3x3", 1], ["max_pool_3x3", 2], ["dil_conv_5x5", 0]], "concat": [2, 3]}
GENOTYPE = {"normal": CELL, "reduce": CELL}


@pytest.fixture
def searches(tmp_path):
    """Write a search.json per seed with the seconds given; return the references that a row holds."""

    def write(name, seconds):
        runs = []
        for seed, each in enumerate(seconds):
            specification = {"dataset": name, "seed": seed}
            folder = tmp_path / "searches" / identity(specification)
            folder.mkdir(parents=True)
            content = {"specification": specification, "seconds": each, "device": "cpu (x)", "genotype": GENOTYPE}
            (folder / "search.json").write_text(json.dumps({"provenance": {}, **content}))
            runs.append({"seed": seed, "identity": folder.name})
        return runs

    return write


@pytest.fixture
def artefact(describe, classifier_runs, searches, tmp_path):
    """Make an artefact of three rows: all images, high CV, and one that is only printed and counted."""
    sizes = {"networks": {"cv": {}, "printed": {}}}
    counted = {"n_parameters": 5_800_000, "n_multiply_adds": 655_000_000, "n_flops": 671_000_000}
    content = {
        "specification": sizes,
        "sizes": {"cv": dict.fromkeys("012", counted), "printed": {"0": counted}},
        "rule": "R.",
    }
    (tmp_path / "sizes").mkdir()
    (tmp_path / "sizes" / f"{identity(sizes)}.json").write_text(json.dumps({"provenance": {}, **content}))
    printed = {"search_cost": "0.01", "parameters": "5.8", "flops": "671", "search_method": "gradient-based"}
    rows = [
        {
            "id": "all",
            "label": "All, 50 epochs",
            "block": "Baseline",
            "runs": classifier_runs("all", [20.0, 21.0, 22.0]),
            "measured": {"search": searches("all", [864.0, 800.0, 900.0])},
        },
        {
            "id": "cv",
            "label": "High CV, t = 0.13",
            "block": "High CV",
            "baseline": "all",
            "runs": classifier_runs("cv", [20.5, 20.0, 21.0]),
            "measured": {"search": searches("cv", [108.0, 100.0, 90.0])},
            "printed": {metric: {"text": text} for metric, text in printed.items()},
        },
        {"id": "printed", "label": "Printed", "printed": {"flops": {"text": "671"}}, "missing": "no run"},
    ]
    return describe(rows, name="artefact", measured={"sizes": [{"seed": 0, "identity": identity(sizes)}]})


def values(table, row, metric):
    return table[(table["row"] == row) & (table["metric"] == metric)]["value"].tolist()


def test_cost_time_and_speed_up_are_those_of_each_seed(artefact, tmp_path):
    description = read_description(artefact)
    read = read_searches(description, tmp_path / "searches")
    table = measure_searches(description, read)
    assert values(table, "all", "search_cost") == pytest.approx([0.01, 800 / 86400, 900 / 86400])
    assert values(table, "cv", "search_time") == pytest.approx([1.8, 100 / 60, 1.5])
    assert values(table, "cv", "speedup") == pytest.approx([8, 8, 10])
    assert values(table, "all", "speedup") == []
    assert "days of one cpu (x)" in device_note(read)


def test_points_have_mean_spread_and_best(artefact, tmp_path):
    description = read_description(artefact)
    results = {
        row.id: {run.seed: {"best": {"top1_error": 20.0 + run.seed}} for run in row.runs} for row in description.rows
    }
    measured = [measure_accuracy(description, results)]
    measured.append(measure_searches(description, read_searches(description, tmp_path / "searches")))
    points = cost_points(description, pd.concat(measured)).set_index("row")
    assert points.index.tolist() == ["all", "cv"]
    assert points.loc["cv", ["accuracy", "accuracy_std", "accuracy_best", "seeds"]].tolist() == [79, 1, 80, 3]


def test_a_search_of_another_specification_is_refused(artefact, tmp_path):
    description = read_description(artefact)
    path = next((tmp_path / "searches").glob("*/search.json"))
    path.write_text(json.dumps({"provenance": {}, "specification": {"seed": 9}}))
    with pytest.raises(ValueError, match="found the result of the run"):
        read_searches(description, tmp_path / "searches")


def test_edges_are_listed_and_drawn(artefact, tmp_path):
    description = read_description(artefact)
    cells = found_cells(description, read_searches(description, tmp_path / "searches"))
    assert list(cells) == ["All, 50 epochs, seed 0", "High CV, t = 0.13, seed 0"]
    table = edge_table(cells)
    assert len(table) == 2 * 2 * 4
    assert table.iloc[2].tolist() == ["All, 50 epochs, seed 0", "normal", 1, "max_pool_3x3", 2]
    figure = draw(cells)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(texts) == sorted(
        ["skip", "sep 3×3", "max 3×3", "dil 5×5", "$c_{k-2}$", "$c_{k-1}$", "0", "1", "$c_k$"]
    )


def test_genotype_files_are_drawn_and_mistakes_told(tmp_path, coarse, capsys):
    spec = importlib.util.spec_from_file_location("draw_genotype", SCRIPTS / "draw_genotype.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"genotype": GENOTYPE}))
    arguments = ["--output-pdf", str(tmp_path / "c.pdf"), "--output-png", str(tmp_path / "c.png")]
    assert module.main(["--genotypes", str(file), *arguments]) == 0
    assert (tmp_path / "c.png").stat().st_size
    assert module.main(["--genotypes", str(file), *arguments, "--names", "a", "b"]) == 1
    assert "--names: found 2, expected one for each of 1 files" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["tabulate_searches", "plot_search_cost", "plot_cells"])
def test_programs_write_all_forms(artefact, tmp_path, name, coarse):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    forms = ("html", "md", "tex", "csv") if name.startswith("tabulate") else ("pdf", "png", "csv")
    arguments = ["--artefact", json.dumps(artefact)]
    arguments += ["--runs", str(tmp_path / ("searches" if name == "plot_cells" else "runs"))]
    if name != "plot_cells":
        arguments += ["--searches", str(tmp_path / "searches")]
    if name == "tabulate_searches":
        arguments += ["--sizes", str(tmp_path / "sizes")]
    for form in (*forms, "measurements"):
        arguments += [f"--output-{form}", str(tmp_path / f"out.{form}")]
    assert module.main(arguments) == 0
    assert all((tmp_path / f"out.{form}").stat().st_size for form in (*forms, "measurements"))
    if name == "tabulate_searches":
        text = (tmp_path / "out.md").read_text()
        assert "5.8" in text
        assert "671" in text
        assert "Search method: gradient-based." in text
        assert "or with the published ones" in text
