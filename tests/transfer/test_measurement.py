"""All treatments of one pretrained network, measured."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mixsuite.progress import ProgressBar
from mixsuite.transfer.measurement import measure_transfer

CPU = torch.device("cpu")


@pytest.fixture
def measure(new_pretrained, splits, tmp_path):
    def run(transfer, folder="state"):
        progress = ProgressBar("treatment", len(transfer["treatments"]))
        return measure_transfer(transfer, new_pretrained(), *splits, CPU, tmp_path / folder, {"run": "a"}, progress)

    return run


def without_seconds(found):
    return {
        name: {**each, "history": [{key: row[key] for key in row if key != "seconds"} for row in each["history"]]}
        for name, each in found.items()
    }


def test_every_treatment_is_measured_on_all_test_images_and_the_few(measure, new_transfer, splits):
    transfer = new_transfer()
    found, predictions = measure(transfer)
    assert list(found) == ["early", "scratch", "staged"]
    for name, each in found.items():
        confidence, correct = predictions[f"confidence_{name}"], predictions[f"correct_{name}"]
        assert (confidence.dtype, confidence.shape) == (np.float64, splits[1].labels.shape)
        assert (confidence >= 1 / 3).all() and (confidence <= 1).all()
        assert 100 * correct.mean() == pytest.approx(each["test"]["accuracy"])
        # Fifteen training images: accuracies in steps of a fifteenth.
        assert 15 * each["train"]["accuracy"] / 100 == pytest.approx(round(15 * each["train"]["accuracy"] / 100))
        assert each["test"]["loss"] > 0
    assert [row["phase"] for row in found["staged"]["history"]] == [1, 1, 2]
    assert found["early"]["test"]["loss"] != found["scratch"]["test"]["loss"]


def test_a_treatment_does_not_depend_on_the_others(measure, new_transfer):
    transfer = new_transfer()
    whole, predictions = measure(transfer)
    alone = {name: each for name, each in transfer["treatments"].items() if name == "staged"}
    found, predicted = measure(new_transfer(treatments=alone), "alone")
    assert without_seconds(found)["staged"] == without_seconds(whole)["staged"]
    assert (predicted["confidence_staged"] == predictions["confidence_staged"]).all()


def test_finished_treatments_are_taken_up_again(measure, new_transfer, capsys):
    transfer = new_transfer()
    first, again = (measure(transfer)[0] for _ in range(2))
    assert again == first, "the seconds, too, are those of the first time"
    assert "treatment 3 of 3, staged: test accuracy" in capsys.readouterr().err


def test_seeds_have_their_own_images_and_networks(measure, new_transfer):
    losses = {measure(new_transfer(seed=seed), f"seed{seed}")[0]["staged"]["test"]["loss"] for seed in range(3)}
    assert len(losses) == 3
    assert np.isfinite(list(losses)).all()
