from __future__ import annotations

import pytest

from mixsuite.checks import SettingError
from mixsuite.transfer.specification import check_transfer

PHASE = {"epochs": 1, "learning_rate": 0.1, "unfrozen_stages": 0, "recipe": {"method": "vanilla"}}


def test_a_whole_specification_passes(new_transfer):
    check_transfer(new_transfer())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sead": 1}, "transfer: unknown key 'sead'.*did you mean 'seed'"),
        ({"images_per_class": 0}, "images_per_class: found 0, expected a whole number of at least 1"),
        ({"treatments": {}}, "treatments: found {}, expected settings by name"),
        ({"treatments": {"a": {"start": "imagenet", "phases": [PHASE]}}}, "treatments: a: start: found 'imagenet'"),
        ({"treatments": {"a": {"start": "scratch", "phases": []}}}, "treatments: a: phases: found none"),
        (
            {"treatments": {"a": {"start": "scratch", "phases": [PHASE | {"unfrozen_stages": "most"}]}}},
            "unfrozen_stages: found 'most', expected a whole number of at least 0",
        ),
        ({"calibration": {"bins": 5}}, "transfer: unknown key 'calibration'"),
        ({"seed": -1}, "seed: found -1"),
    ],
)
def test_a_mistake_is_named(new_transfer, changes, message):
    with pytest.raises(SettingError, match=message):
        check_transfer(new_transfer(**changes))


@pytest.mark.parametrize(
    ("key", "value"), [("batch_size", 0), ("momentum", 2), ("flip", "yes"), ("precision", "float16"), ("padding", -1)]
)
def test_a_mistake_of_the_training_is_named(new_transfer, key, value):
    transfer = new_transfer()
    transfer["training"][key] = value
    with pytest.raises(SettingError, match=f"training: {key}: found {value!r}"):
        check_transfer(transfer)
