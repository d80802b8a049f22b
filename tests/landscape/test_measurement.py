from __future__ import annotations

import json

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.loader import ResidentImages
from mixsuite.landscape.measurement import PARTS, measure_landscape
from mixsuite.training.sources import Source


@pytest.fixture(scope="session")
def source():
    """A train and a test split, of 40 and 30 images (2, 5, 5) and 4 classes."""

    def split(count, seed):
        generator = torch.Generator().manual_seed(seed)
        pixels = torch.randint(256, (count, 2, 5, 5), generator=generator, dtype=torch.uint8)
        labels = torch.randint(4, (count,), generator=generator)
        return ResidentImages(pixels, labels, torch.full((2, 1, 1), 128.0), torch.full((2, 1, 1), 64.0))

    return Source(split(40, 0), split(30, 1), n_classes=4, in_channels=2, image_size=5, std=[0.25, 0.25])


@pytest.fixture
def measure(new_network, new_landscape, source):
    def measure(tell=str, **changes):
        return measure_landscape(new_landscape(**changes), new_network(dtype=torch.float32), source, tell)

    return measure


def test_everything_is_measured_in_plain_values(measure):
    told = []
    found = measure(told.append)
    assert told == list(PARTS)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["parameters"] == 234
    assert len(found["eigenvalues"]) == len(found["residuals"]) == 2
    assert [len(nodes) for nodes in found["density"]["nodes"]] == [5, 5]
    surface, noise = found["surface"], found["gaussian"]
    assert surface["steps"] == [-0.1, 0, 0.1]
    assert [len(row) for row in surface["loss"]] == [len(row) for row in surface["error"]] == [3, 3, 3]
    assert surface["loss"][1][1] == found["centre"]["loss"]
    assert surface["error"][1][1] == found["centre"]["error"]
    assert [len(row) for row in noise["loss"]] == [2, 2, 2]
    # The noise is on 25 images, the surface on all 30.
    assert noise["centre"]["loss"] != found["centre"]["loss"]


def test_a_surface_curves_as_the_eigenvalues_say(measure):
    found = measure(hessian__images=None, surface__radius=0.01, surface__images=None)
    loss, radius = found["surface"]["loss"], 0.01
    along_first = (loss[2][1] - 2 * loss[1][1] + loss[0][1]) / radius**2
    along_second = (loss[1][2] - 2 * loss[1][1] + loss[1][0]) / radius**2
    assert [along_first, along_second] == pytest.approx(found["eigenvalues"], rel=0.02)
    # The sign of both vectors: the loss rises along them.
    assert loss[2][1] > loss[0][1]
    assert loss[1][2] > loss[1][0]


def test_the_hessian_may_be_that_of_the_train_split(measure):
    on_train = measure(hessian__split="train", hessian__images=None)
    assert on_train["eigenvalues"] != measure(hessian__images=None)["eigenvalues"]
    assert on_train["centre"] == measure()["centre"]


def test_equal_settings_give_equal_numbers_and_another_seed_others(measure):
    assert measure() == measure()
    assert measure()["gaussian"] != measure(seed=1)["gaussian"]


def test_parameters_of_normalisation_can_be_left_alone(measure):
    assert measure(parameters="without_normalisation")["parameters"] == 234 - 2 * 3 - 2 * 5


def test_more_images_than_there_are_is_told(measure):
    with pytest.raises(SettingError, match="gaussian: images: found 31, expected at most the 30 of the split"):
        measure(gaussian__images=31)
