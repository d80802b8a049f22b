"""How well a trained network knows its training images, as a function and as the program that a rule runs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.training.fit import check_fit, measure_fit
from mixsuite.training.outputs import write_model, write_run
from mixsuite.training.sources import load_splits, open_source
from mixsuite.training.task import assemble
from mixsuite.training.trained import load_trained

CPU = torch.device("cpu")
FIT = {"run": "0123456789ab", "splits": ["train", "test"]}
ROW = dict.fromkeys(("epoch", "train_loss", "test_loss", "top1_error", "top5_error", "top1_error_even"), 1.0)
HISTORY = [{**ROW, "top1_error_odd": 1.0, "seconds": 1.0, "images_per_second": 1.0}]


@pytest.fixture
def folder(new_run, splits, prepared, tmp_path):
    """What a training on the prepared dataset leaves; its weights are those that it began with."""
    task = assemble(new_run(recipe={"method": "vanilla"}), *splits, CPU)
    write_model(tmp_path / "run" / "model.safetensors", task)
    sha256 = load_splits(prepared)[2]
    write_run(tmp_path / "run" / "run.json", task, HISTORY, {}, sha256, "c0de", [tmp_path / "run/model.safetensors"])
    return tmp_path / "run"


def trained_on(folder, splits):
    sha256 = json.loads((folder / "run.json").read_text())["dataset"]["sha256"]
    trained = load_trained(folder, splits[1], sha256, CPU)
    return trained, open_source(trained.run["specification"]["schedule"], *splits, CPU, 1)


def test_it_agrees_with_counting_image_by_image(folder, splits):
    trained, source = trained_on(folder, splits)
    found = measure_fit(FIT, trained, source, CPU)
    for name, split in zip(("train", "test"), splits, strict=True):
        missed = losses = 0.0
        for image, label in zip(split.images, split.labels, strict=True):
            pixels = torch.from_numpy(image).permute(2, 0, 1)[None] / 255
            with torch.no_grad():
                scores = trained.model((pixels - trained.mean) / trained.std)[0].double()
            missed += scores.argmax().item() != label
            losses -= scores.log_softmax(0)[label].item()
        assert found[name]["top1_error"] == pytest.approx(100 * missed / len(split.labels))
        assert found[name]["loss"] == pytest.approx(losses / len(split.labels), rel=1e-5)


def test_only_the_splits_that_are_named_are_measured(folder, splits):
    trained, source = trained_on(folder, splits)
    assert list(measure_fit({**FIT, "splits": ["train"]}, trained, source, CPU)) == ["train"]


@pytest.mark.parametrize("splits", [[], ["train", "validation"], "train", None])
def test_other_splits_are_refused(splits):
    with pytest.raises(SettingError, match=r"splits: found .*expected a list of train and test"):
        check_fit({"run": "a", "splits": splits})


def test_the_program_writes_a_record(root, folder, prepared, tmp_path):
    command = [sys.executable, str(root / "workflow/scripts/measure_fit.py"), "--fit", json.dumps(FIT)]
    command += ["--run-folder", str(folder), "--dataset", str(prepared), "--output", str(tmp_path / "fit.json")]
    found = subprocess.run([*command, "--device", "cpu"], capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr
    content = json.loads((tmp_path / "fit.json").read_text())
    assert content["specification"] == FIT
    assert content["measured"].keys() == {"train", "test"}
    assert content["checksum"] and content["provenance"]["libraries"]["torch"]
