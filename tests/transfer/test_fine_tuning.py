"""Phases: what is frozen stays, bit for bit, and an interrupted fine-tuning ends as one that was not."""

from __future__ import annotations

import copy
import math

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.loader import to_device
from mixsuite.training import checkpoint as checkpoints
from mixsuite.training.loop import NonFiniteLossError
from mixsuite.transfer import fine_tuning
from mixsuite.transfer.fine_tuning import fine_tune
from mixsuite.transfer.measurement import _task
from mixsuite.transfer.pretrained import initial_network

CPU = torch.device("cpu")
STD = torch.tensor(0.2).view(1, 1, 1)
IDENTITY = {"run": "a"}
CUTMIX = {"method": "cutmix", "alpha": 1.0, "probability": 1.0}


def phase(unfrozen, epochs=2, rate=0.05, recipe=CUTMIX):
    return {"epochs": epochs, "learning_rate": rate, "unfrozen_stages": unfrozen, "recipe": recipe}


@pytest.fixture
def new_task(new_transfer, new_pretrained, splits):
    def make(seed=0):
        train, test = (to_device(split, [0.3], [0.2], CPU, padding=1) for split in splits)
        network = initial_network(new_pretrained(), 3, seed, "pretrained", None)
        return _task(new_transfer(seed=seed), network, train, test, 3, CPU)

    return make


@pytest.fixture
def tune(tmp_path):
    said = []

    def run(task, phases, name="checkpoint"):
        history = fine_tune(task, phases, STD, tmp_path / f"{name}.safetensors", IDENTITY, said.append)
        return history, {name: tensor.clone() for name, tensor in task.model.state_dict().items()}

    run.said = said
    return run


@pytest.mark.parametrize(
    ("unfrozen", "trained"), [(0, ("classifier.",)), (1, ("stages.1.", "tail.", "classifier.")), ("all", ("",))]
)
def test_what_is_frozen_does_not_change_in_a_bit_and_all_else_does(new_task, tune, unfrozen, trained):
    task = new_task()
    before = copy.deepcopy(task.model.state_dict())
    _, after = tune(task, [phase(unfrozen)])
    assert any("running_mean" in name for name in before)
    for name, tensor in before.items():
        assert torch.equal(after[name], tensor) != name.startswith(trained), name


def test_what_was_trained_in_an_earlier_phase_is_frozen_in_a_later_one(new_task, tune):
    task = new_task()
    _, first = tune(task, [phase("all")], "first")
    velocities = [velocity.clone() for velocity in task.optimizer.velocities]
    assert any(velocity.abs().sum() > 0 for velocity in velocities[:2])
    _, then = tune(task, [phase(0)], "second")
    for name, tensor in first.items():
        assert torch.equal(then[name], tensor) != name.startswith("classifier."), name


def test_the_history_names_each_epoch_s_phase(new_task, tune):
    history, _ = tune(new_task(), [phase(0, epochs=2), phase(1, epochs=3)])
    assert [(row["epoch"], row["phase"]) for row in history] == [(1, 1), (2, 1), (3, 2), (4, 2), (5, 2)]
    assert all(row["train_loss"] > 0 for row in history)


@pytest.mark.parametrize("unfrozen", [0, 1, "all"])
def test_a_change_of_phase_carries_the_momentum_on(new_task, tune, unfrozen):
    whole, parted = new_task(), new_task()
    _, as_one = tune(whole, [phase(unfrozen, epochs=3)], "one")
    _, as_three = tune(parted, [phase(unfrozen, epochs=1)] * 3, "three")
    for name, tensor in as_one.items():
        assert torch.equal(as_three[name], tensor), name
    for carried, expected in zip(parted.optimizer.velocities, whole.optimizer.velocities, strict=True):
        assert torch.equal(carried, expected)


def test_what_is_frozen_keeps_its_momentum_until_it_is_trained_again(new_task, tune):
    alone, frozen = new_task(), new_task()
    tune(alone, [phase("all")], "alone")
    tune(frozen, [phase("all"), phase(0, epochs=1)], "frozen")
    names = [name for name, _ in frozen.model.named_parameters()]
    for name, kept, before in zip(names, frozen.optimizer.velocities, alone.optimizer.velocities, strict=True):
        assert kept.abs().sum() > 0, name
        assert torch.equal(kept, before) != name.startswith("classifier."), name


def test_a_phase_s_recipe_and_rate_are_its_own(new_task, tune):
    vanilla = {"method": "vanilla"}
    _, alike = tune(new_task(), [phase(0, recipe=vanilla), phase(1)], "alike")
    _, mixed = tune(new_task(), [phase(0, recipe=CUTMIX), phase(1)], "mixed")
    _, slower = tune(new_task(), [phase(0, recipe=vanilla), phase(1, rate=0.01)], "slower")
    _, again = tune(new_task(), [phase(0, recipe=vanilla), phase(1)], "again")
    for other, same in ((mixed, False), (slower, False), (again, True)):
        assert torch.equal(alike["classifier.weight"], other["classifier.weight"]) == same


@pytest.mark.parametrize("epochs_before", [1, 2, 3])
def test_an_interrupted_fine_tuning_ends_in_the_same_bits(new_task, tune, monkeypatch, epochs_before):
    phases = [phase(0, epochs=2), phase("all", epochs=2)]
    whole_history, whole = tune(new_task(), phases, "whole")
    saved = []

    def save_and_stop(*arguments):
        checkpoints.save_checkpoint(*arguments)
        saved.append(arguments)
        if len(saved) == epochs_before:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fine_tuning, "save_checkpoint", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            tune(new_task(), phases, "cut")
    history, weights = tune(new_task(), phases, "cut")
    assert [row["train_loss"] for row in history] == [row["train_loss"] for row in whole_history]
    assert all(torch.equal(weights[name], tensor) for name, tensor in whole.items())
    assert not tune.said


def test_a_loss_that_is_no_number_is_told(new_task, tune):
    with pytest.raises(NonFiniteLossError, match="in epoch 1: the learning rate may be too high"):
        tune(new_task(), [phase("all", rate=1e30, epochs=2)])
    assert math.isfinite(tune(new_task(), [phase(0)], "other")[0][0]["train_loss"])


def test_a_method_that_needs_the_network_is_refused(new_task, tune):
    recipe = {"method": "dropblock", "keep_probability": 0.9, "block_size": 2}
    with pytest.raises(SettingError, match="'dropblock': missing key 'network'"):
        tune(new_task(), [phase("all", recipe=recipe)])
