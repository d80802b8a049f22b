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
    found = measure(transfer)
    assert list(found) == ["early", "scratch", "staged"]
    for each in found.values():
        assert sum(each["reliability"]["count"]) == len(splits[1].labels)
        assert 100 * sum(each["reliability"]["correct"]) / len(splits[1].labels) == pytest.approx(
            each["test"]["accuracy"]
        )
        assert 100 * sum(each["reliability"]["confidence"]) / len(splits[1].labels) == pytest.approx(each["confidence"])
        # Fifteen training images: accuracies in steps of a fifteenth.
        assert 15 * each["train"]["accuracy"] / 100 == pytest.approx(round(15 * each["train"]["accuracy"] / 100))
        assert each["test"]["loss"] > 0
    assert [row["phase"] for row in found["staged"]["history"]] == [1, 1, 2]
    assert found["early"]["test"]["loss"] != found["scratch"]["test"]["loss"]


def test_a_treatment_does_not_depend_on_the_others(measure, new_transfer):
    transfer = new_transfer()
    whole = without_seconds(measure(transfer))
    alone = {name: each for name, each in transfer["treatments"].items() if name == "staged"}
    assert without_seconds(measure(new_transfer(treatments=alone), "alone"))["staged"] == whole["staged"]


def test_finished_treatments_are_taken_up_again(measure, new_transfer, capsys):
    transfer = new_transfer()
    first, again = (measure(transfer) for _ in range(2))
    assert again == first, "the seconds, too, are those of the first time"
    assert "treatment 3 of 3, staged: test accuracy" in capsys.readouterr().err


def test_seeds_have_their_own_images_and_networks(measure, new_transfer):
    losses = {measure(new_transfer(seed=seed), f"seed{seed}")["staged"]["test"]["loss"] for seed in range(3)}
    assert len(losses) == 3
    assert np.isfinite(list(losses)).all()
