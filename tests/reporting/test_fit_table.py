"""The table of how well networks know their training images."""

from __future__ import annotations

import pytest

from mixsuite.reporting.description import read_description
from mixsuite.reporting.fit_table import compare_fits, measure_fits


@pytest.fixture
def description(describe):
    runs = [{"seed": seed, "identity": f"run{seed}"} for seed in range(2)]
    return read_description(describe([{"id": "v", "label": "Vanilla", "runs": runs}]))


def fit(train_error, test_error):
    return {"measured": {"train": {"loss": 0.5, "top1_error": train_error}, "test": {"top1_error": test_error}}}


def test_the_gap_is_training_minus_test_accuracy(description):
    measured = measure_fits(description, {"v": {0: fit(1.0, 25.0), 1: fit(0.0, 20.0)}})
    values = measured.pivot(index="seed", columns="metric", values="value")
    assert values["training_accuracy"].tolist() == [99, 100]
    assert values["accuracy"].tolist() == [75, 80]
    assert values["generalisation_gap"].tolist() == [24, 20]
    assert values["training_loss"].tolist() == [0.5, 0.5]


def test_every_quantity_is_a_column(description):
    measured = measure_fits(description, {"v": {0: fit(1.0, 25.0), 1: fit(0.0, 20.0)}})
    table = compare_fits(description, measured).table()
    assert [cell.text for cell in table.blocks[0].lines[0]][1:] == [
        "99.50 ± 0.71",
        "0.500 ± 0.000",
        "77.50 ± 3.54",
        "22.00 ± 2.83",
        "2",
    ]


def test_another_measurement_is_refused(description):
    with pytest.raises(ValueError, match="run run0: measured: missing, expected the fit of a trained network"):
        measure_fits(description, {"v": {0: {}, 1: {}}})
