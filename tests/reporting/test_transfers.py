"""The table of claims and the reliability curves of fine-tunings: what they read, judge and draw."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from mixsuite.catalog.runs import identity
from mixsuite.reporting.calibration import draw, reliability_table
from mixsuite.reporting.claims_table import claims_table, claims_tidy, judge_claims
from mixsuite.reporting.description import read_description
from mixsuite.reporting.table_markdown import markdown
from mixsuite.reporting.transfers import measure_transfers, read_transfers

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
ACCURACIES = {"none": 90.0, "mixup": 88.0, "cutmix": 85.0}
METHODS = {"none": "vanilla", "mixup": "mixup", "cutmix": "cutmix"}
CLAIMS = [
    {
        "id": "hurts",
        "text": "It hurts.",
        "where": "here",
        "stand_in": True,
        "test": {"kind": "lower", "metric": "accuracy", "pairs": [["cutmix", "none"]]},
    },
    {
        "id": "by-little",
        "text": "By little.",
        "where": "here",
        "stand_in": True,
        "test": {"kind": "at_least", "metric": "accuracy_change", "value": -1, "of": ["cutmix"]},
    },
    {"id": "untested", "text": "It is beautiful.", "where": "there"},
]


def treatment(name, seed):
    accuracy = ACCURACIES[name] + seed
    return {
        "train": {"accuracy": 99.0, "loss": 0.01},
        "test": {"accuracy": accuracy, "loss": 0.5},
    }


def predictions(seed):
    """Ten predictions for each treatment, of which the surer six are right but for one per seed after the first."""
    confidence = np.array([0.5] * 4 + [0.9] * 6)
    correct = np.array([True] + 3 * [False] + (6 - seed) * [True] + seed * [False])
    arrays = {"confidence": confidence, "correct": correct}
    return {f"{part}_{name}": array for part, array in arrays.items() for name in ACCURACIES}


@pytest.fixture
def new_artefact(describe, tmp_path):
    """Write a fine-tuning per seed; return the catalog's description of rows that show its treatments."""

    def make(seeds=3, **changes):
        runs = []
        for seed in range(seeds):
            specification = {"seed": seed}
            content = {
                "specification": specification,
                "treatments": {name: treatment(name, seed) for name in ACCURACIES},
                "device": "cpu",
                "provenance": {"libraries": {"torch": "2.0"}},
            }
            runs.append({"seed": seed, "identity": identity(specification)})
            (tmp_path / f"{runs[-1]['identity']}.json").write_text(json.dumps(content))
            np.savez(tmp_path / f"{runs[-1]['identity']}.npz", **predictions(seed))
        rows = [
            {
                "id": name,
                "label": name.title(),
                "method": METHODS[name],
                "measured": {"transfer": runs},
                "baseline": None if name == "none" else "none",
                "stand_in": changes.get("stand_in", False),
            }
            for name in ACCURACIES
        ]
        settings = {"settings": {"transfers": {"calibration": {"bins": 3, "overconfident": 0.9}}}}
        return describe(rows, name="transfer_claims", paper="transfer", claims=CLAIMS, **settings | changes)

    return make


@pytest.fixture
def read(new_artefact, tmp_path):
    def make(**changes):
        description = read_description(new_artefact(**changes))
        transfers = read_transfers(description, tmp_path)
        return description, transfers, measure_transfers(description, transfers)

    return make


def values(measurements, row, metric):
    chosen = measurements[(measurements["row"] == row) & (measurements["metric"] == metric)]
    return chosen["value"].tolist()


def test_metrics_and_changes_are_those_of_each_seed(read):
    _, _, measurements = read()
    assert values(measurements, "cutmix", "accuracy") == [85, 86, 87]
    assert values(measurements, "cutmix", "accuracy_change") == [-5, -5, -5]
    assert values(measurements, "none", "accuracy_change") == []
    assert values(measurements, "mixup", "training_accuracy_change") == [0, 0, 0]
    assert values(measurements, "mixup", "generalisation_gap") == [11, 10, 9]
    assert values(measurements, "mixup", "overconfidence") == pytest.approx([-14, -15, -16])
    # 4 of 10 off by |1/4 - 0.5|, 6 of 10 by |right/6 - 0.9|.
    assert values(measurements, "mixup", "calibration_error") == pytest.approx([16, 14, 24])
    assert values(measurements, "mixup", "overconfident_errors") == pytest.approx([0, 10, 20])


def test_the_bins_are_the_settings_of_the_artefact(read):
    calibration = {"bins": 1, "overconfident": 0.5}
    _, _, measurements = read(settings={"transfers": {"calibration": calibration}})
    # All in one bin: 7, 6 and 5 of 10 are right.
    assert values(measurements, "mixup", "calibration_error") == pytest.approx([4, 14, 24])
    assert values(measurements, "mixup", "overconfident_errors") == pytest.approx([30, 40, 50])


def test_claims_are_judged_by_the_score_card_s_rule(read):
    description, _, measurements = read()
    verdicts = judge_claims(description, measurements)
    assert {name: verdict.verdict for name, verdict in verdicts.items()} == {
        "hurts": "reproduced",
        "by-little": "not reproduced",
        "untested": "not run",
    }
    text = markdown(claims_table(description, measurements, verdicts))
    assert "| It hurts." in text
    assert "cutmix minus none is -5, 95 % [-5, -5], 3 seeds, claimed below 0" in text
    assert "86.00 ± 1.00" in text
    assert "paired by seed" in text
    tidy = claims_tidy(description, verdicts)
    assert tidy["claim"].tolist() == ["hurts", "by-little", "untested"]
    assert tidy["metric"].tolist() == ["accuracy", "accuracy_change", ""]


def test_a_stand_in_and_few_seeds_are_said(read):
    description, _, measurements = read(stand_in=True, stand_in_note="digits for CIFAR")
    verdicts = judge_claims(description, measurements)
    assert verdicts["hurts"].reason.startswith("From a stand-in: ")
    assert "digits for CIFAR" in claims_table(description, measurements, verdicts).warning
    description, _, measurements = read(seeds=1)
    assert judge_claims(description, measurements)["hurts"].verdict == "too few seeds"


def test_bins_of_all_seeds_are_put_together(read):
    description, transfers, _ = read()
    bins = reliability_table(description, transfers)
    own = bins[bins["row"] == "mixup"]
    assert own["bin"].tolist() == [2, 3], "the empty bin is left out"
    assert own["count"].tolist() == [12, 18]
    assert own["confidence"].tolist() == pytest.approx([50, 90])
    assert own["accuracy"].tolist() == pytest.approx([25, 100 * 15 / 18])
    assert own["share"].tolist() == pytest.approx([40, 60])
    assert set(own["seeds"]) == {3}


@pytest.mark.parametrize(("seeds", "error"), [(3, "ECE 18.0 % [4.9, 31.1]"), (1, "ECE 16.0 %")])
def test_every_treatment_has_its_panel(read, seeds, error):
    description, transfers, measurements = read(seeds=seeds, stand_in=True, stand_in_note="digits for CIFAR")
    figure = draw(description, reliability_table(description, transfers), measurements)
    panels = [axis for axis in figure.axes if axis.axison]
    assert [axis.get_title().splitlines()[0] for axis in panels] == ["None", "Mixup", "Cutmix"]
    assert error in panels[0].get_title()
    assert any("Stand-in: digits for CIFAR" in text.get_text().replace("\n", " ") for text in figure.findobj(Text))


def test_a_treatment_that_was_not_measured_is_named(new_artefact, tmp_path):
    artefact = new_artefact()
    artefact["rows"][0]["id"] = "nothing"
    description = read_description(artefact)
    with pytest.raises(ValueError, match="nothing: found the treatments none, mixup, cutmix, expected it among them"):
        measure_transfers(description, read_transfers(description, tmp_path))


def test_without_fine_tunings_there_are_claims_that_were_not_run_and_no_curves(new_artefact, tmp_path):
    artefact = new_artefact()
    for row in artefact["rows"]:
        row |= {"measured": {}, "missing": "no data"}
    description = read_description(artefact)
    transfers = read_transfers(description, tmp_path)
    measurements = measure_transfers(description, transfers)
    verdicts = judge_claims(description, measurements)
    assert {verdict.verdict for verdict in verdicts.values()} == {"not run"}
    assert "not run" in markdown(claims_table(description, measurements, verdicts))
    with pytest.raises(ValueError, match="found no row with fine-tunings, expected at least one to draw"):
        reliability_table(description, transfers)


def run_program(name, artefact, folder, forms):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    outputs = {form: folder / f"out.{form}" for form in forms}
    options = [part for form, path in outputs.items() for part in (f"--output-{form}", str(path))]
    options += ["--output-measurements", str(folder / "measurements.csv")]
    status = program.main(["--artefact", json.dumps(artefact), "--runs", str(folder), *options])
    return status, outputs


@pytest.mark.parametrize(
    ("name", "forms"), [("tabulate_claims", ("html", "md", "csv", "tex")), ("plot_calibration", ("pdf", "png", "csv"))]
)
def test_the_programs_write_all_forms(new_artefact, tmp_path, coarse, name, forms):
    status, outputs = run_program(name, new_artefact(), tmp_path, forms)
    assert status == 0
    assert all(path.stat().st_size > 100 for path in outputs.values())
    assert len(pd.read_csv(outputs["csv"])) == {"tabulate_claims": 3, "plot_calibration": 6}[name]
    measured = pd.read_csv(tmp_path / "measurements.csv")
    assert set(measured["row"]) == set(ACCURACIES)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "missing, expected the result of a run"), (b"PK no zip", "cannot be read, expected the predictions")],
)
def test_predictions_that_are_gone_or_damaged_are_one_message(new_artefact, tmp_path, capsys, content, message):
    artefact = new_artefact()
    file = tmp_path / f"{artefact['rows'][0]['measured']['transfer'][1]['identity']}.npz"
    file.unlink() if content is None else file.write_bytes(content)
    status, _ = run_program("plot_calibration", artefact, tmp_path, ("pdf", "png", "csv"))
    assert status == 1
    assert f"{file}: {message}" in capsys.readouterr().err


def test_a_missing_measurement_is_one_message(new_artefact, tmp_path, capsys):
    artefact = new_artefact()
    (tmp_path / f"{artefact['rows'][0]['measured']['transfer'][1]['identity']}.json").unlink()
    status, _ = run_program("tabulate_claims", artefact, tmp_path, ("html", "md", "csv", "tex"))
    assert status == 1
    assert "missing, expected the result of a run" in capsys.readouterr().err
