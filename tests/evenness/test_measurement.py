"""The mixed outputs of trained networks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays
from mixsuite.evenness import measurement
from mixsuite.evenness.measurement import TwoClasses, check_measurement
from mixsuite.models.registry import build_model

MEASUREMENT = {"dataset": {}, "runs": ["net"], "classes": ["b", "a"], "shares": [1, 0.6], "pairs": 30, "seed": 0}
MODEL = {"family": "demo_cnn", "width": 4, "blocks": 1}
SCHEDULE = {
    "epochs": 1,
    "batch_size": 16,
    "learning_rate": 0.1,
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 0.0001,
    "milestones": [],
    "decay": 0.1,
    "warmup_epochs": 0,
    "padding": 0,
    "flip": False,
    "normalisation": "dataset",
    "loss": "cross_entropy",
    "precision": "float32",
    "resized_crop": None,
    "colour_jitter": 0,
    "lighting": 0,
    "annealing": "steps",
    "gradient_norm": None,
}


@pytest.fixture
def test_split():
    images = np.random.default_rng(0).integers(0, 256, (24, 8, 8, 1), dtype=np.uint8)
    description = {"mean": [0.5], "std": [0.25], "classes": list("abc")}
    return ImageArrays(images, np.arange(24) % 3, description)


@pytest.fixture
def run_folder(tmp_path):
    torch.manual_seed(0)
    model = build_model(MODEL, n_classes=3, in_channels=1, image_size=8)
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    run = {"dataset": {}, "model": MODEL, "recipe": {"method": "vanilla"}, "schedule": SCHEDULE, "seed": 0}
    content = {"specification": run, "dataset": {"sha256": "sha"}, "provenance": {}}
    (tmp_path / "run.json").write_text(json.dumps(content))
    return tmp_path


def test_a_network_is_measured_at_each_share(test_split, run_folder):
    found = TwoClasses(MEASUREMENT, test_split, "sha", Path("none")).measure(run_folder, torch.device("cpu"))
    assert [each["asked"] for each in found] == [1, 0.6]
    assert found[1]["share"] == pytest.approx(1 - 25 / 64)
    assert [len(each["differences"]) for each in found] == [30, 30]
    assert (found[0]["output_share"], found[0]["departure"]) == (pytest.approx(1), 0)
    assert found[1]["departure"] != 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": ["b", "b"]}, "classes: found .* expected two different names"),
        ({"runs": []}, "runs: found none, expected at least one"),
        ({"shares": []}, "shares: found none, expected at least one"),
        ({"shares": [1.2]}, "shares: found 1.2, expected a number from 0 to 1"),
        ({"pairs": 0}, "pairs: found 0, expected a whole number of at least 1"),
    ],
)
def test_settings_are_checked(changes, message):
    with pytest.raises(SettingError, match=message):
        check_measurement({**MEASUREMENT, **changes})


def test_a_class_that_is_none_of_the_dataset_s_is_named(test_split):
    with pytest.raises(SettingError, match=r"classes: found 'dog'.*expected one of a, b, c"):
        TwoClasses({**MEASUREMENT, "classes": ["b", "dog"]}, test_split, "sha", Path("none"))


@pytest.fixture
def subsets(tmp_path, run_folder, monkeypatch):
    """The network's training was on a subset, whose sha256 is `part`."""
    record = json.loads((run_folder / "run.json").read_text())
    record["specification"]["dataset"], record["dataset"] = {"subset": "half"}, {"sha256": "part"}
    (run_folder / "run.json").write_text(json.dumps(record))
    folder = tmp_path / "subsets"
    (folder / "half").mkdir(parents=True)
    (folder / "half" / "dataset.json").write_text(json.dumps({"dataset": {"sha256": "sha"}}))
    monkeypatch.setattr(measurement, "load_subset", lambda path: (None, None, {folder / "half": "part"}[path]))
    return folder


def test_a_network_that_was_trained_on_a_subset_is_shown_images_of_the_whole(test_split, run_folder, subsets):
    found = TwoClasses(MEASUREMENT, test_split, "sha", subsets).measure(run_folder, torch.device("cpu"))
    assert [each["asked"] for each in found] == [1, 0.6]


def test_a_subset_of_another_dataset_is_refused(test_split, run_folder, subsets):
    with pytest.raises(ValueError, match="half: is of the dataset with sha256 sha, expected other"):
        TwoClasses(MEASUREMENT, test_split, "other", subsets).measure(run_folder, torch.device("cpu"))


def test_a_network_of_another_dataset_is_refused(test_split, run_folder):
    with pytest.raises(ValueError, match="was trained on the dataset with sha256 sha, expected other"):
        TwoClasses(MEASUREMENT, test_split, "other", Path("none")).measure(run_folder, torch.device("cpu"))
