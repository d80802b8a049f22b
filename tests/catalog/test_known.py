"""What is known of datasets before a job reads them is what the jobs find, and mistakes are answered with it."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.datasets import dataset_specification
from mixsuite.catalog.known import known_classes, most_images_per_class
from mixsuite.config.strict import ConfigError
from mixsuite.data.cifar import LAYOUTS
from mixsuite.data.digits import read


@pytest.fixture(scope="module")
def base(root):
    return yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def house(root, base):
    return load_catalog(root, base).house


@pytest.mark.parametrize("name", ["digits", "digits-pairs"])
def test_digits_are_as_the_package_has_them(house, name, tmp_path):
    found = read(dataset_specification(house, name), None, tmp_path)
    assert known_classes(house, name) == found.classes
    assert most_images_per_class(house, name) == np.bincount(found.train[1]).min()


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_cifar_is_as_its_authors_say(house, name):
    assert most_images_per_class(house, name) == LAYOUTS[name].train_per_class
    known = known_classes(house, name)
    assert known is None or len(set(known)) == LAYOUTS[name].n_classes


def test_of_a_folder_the_classes_are_known_and_of_others_nothing(root, base, tmp_path):
    for name in ("train/cat", "train/dog", "train/.thumbnails", "test"):
        (tmp_path / name).mkdir(parents=True)
    own = {"mine": {"kind": "folder", "source": str(tmp_path), "image_size": 8}, "cifar10": {"source": str(tmp_path)}}
    house = load_catalog(root, base | {"datasets": own}).house
    for name in own:
        assert known_classes(house, name) == ["cat", "dog"]
        assert most_images_per_class(house, name) is None
    assert known_classes(house, "imagenet") is most_images_per_class(house, "imagenet") is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"mixed_outputs": {"two-classes": {"classes": ["3", "cat"]}}},
            r"mixed_outputs.two-classes: classes \(of digits\): found 'cat'; expected one of 0, 1, 2",
        ),
        (
            {"scale": "paper", "mixed_outputs": {"two-classes": {"classes": ["dog", "catt"]}}},
            r"classes \(of cifar10\): found 'catt' \(did you mean 'cat'\?\)",
        ),
        (
            {"transfers": {"few-images": {"target": {"images_per_class": 121}}}},
            "transfers.few-images: target.images_per_class: found 121, expected at most 120, .* of digits-pairs",
        ),
        (
            {"scale": "paper", "transfers": {"few-images": {"target": {"images_per_class": 5001}}}},
            "found 5001, expected at most 5000, the training images of a class of cifar10",
        ),
    ],
)
def test_what_a_dataset_has_not_is_answered_at_once(root, base, changes, message):
    with pytest.raises(ConfigError, match=message):
        load_catalog(root, base | changes)
