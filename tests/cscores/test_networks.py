"""Estimates with networks of the suite."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.cscores.networks import count_correct, network_learner
from mixsuite.cscores.specification import check_estimate, check_held_out, run_of
from mixsuite.cscores.state import restore_counts

CPU = torch.device("cpu")


def test_a_network_learns_from_its_images_alone(new_estimate, train_split):
    run = run_of(new_estimate(epochs=20))
    learn = network_learner(run, train_split, CPU)
    predicted = learn(np.arange(0, 24, 2), 0)
    assert (predicted == train_split.labels).mean() > 0.8
    assert predicted.tolist() == learn(np.arange(0, 24, 2), 0).tolist()
    # Trained on one class alone, it has seen no other.
    assert set(learn(np.flatnonzero(train_split.labels == 1), 0).tolist()) == {1}


def test_trainings_on_the_same_images_differ_by_their_number(new_estimate, train_split):
    learn = network_learner(run_of(new_estimate()), train_split, CPU)
    predicted = [learn(np.arange(0, 24, 2), number).tolist() for number in (0, 1, 2)]
    assert predicted[0] == learn(np.arange(0, 24, 2), 0).tolist()
    assert all(first != second for first, second in itertools.combinations(predicted, 2))


def test_a_killed_estimate_goes_on_and_another_does_not(new_estimate, train_split, tmp_path, monkeypatch):
    monkeypatch.setattr("mixsuite.cscores.networks._SECONDS_BETWEEN_STATES", 0)
    state, told = tmp_path / "counts.npz", []

    def count(estimate, tell, code="abc"):
        return count_correct(estimate, train_split, "sha", CPU, state, code, tell)

    def kill(counts):
        if counts.trainings == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        count(new_estimate(), kill)
    found = count(new_estimate(), lambda counts: told.append(counts.trainings))
    assert told[0] == 2, "the state of before the training after which it was killed"
    state.unlink()
    whole = count(new_estimate(), lambda _: None)
    assert (found.correct == whole.correct).all()
    assert (found.held_out == whole.held_out).all()
    # Other code, another setting: from the beginning.
    for changes, code in (({}, "other"), ({"seed": 1}, "abc")):
        told.clear()
        count(new_estimate(**changes), lambda counts: told.append(counts.trainings), code)
        assert told[0] == 0


def test_a_damaged_state_is_none(tmp_path):
    (tmp_path / "counts.npz").write_bytes(b"damaged")
    assert restore_counts(tmp_path / "counts.npz", 2, 5, "identity").trainings == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ratios": [0.5, 0.2]}, "ratios: found .* expected at least one, each larger"),
        ({"ratios": []}, "ratios: found .* expected at least one"),
        ({"ratios": [1.5]}, "ratios: found 1.5, expected a number from 0 to 1"),
        ({"seed": "x"}, "seed: found 'x', expected a whole number of at least 0"),
        ({"seed": -1}, "seed: found -1, expected a whole number of at least 0"),
        ({"repeats": 0}, "repeats: found 0, expected a whole number of at least 1"),
    ],
)
def test_settings_are_checked(new_estimate, changes, message):
    with pytest.raises(SettingError, match=message):
        check_estimate(new_estimate(**changes))


def test_a_ratio_must_leave_images_on_both_sides(new_estimate, train_split, tmp_path):
    with pytest.raises(SettingError, match=r"ratios: found 0\.01, which is 0 of 24 images"):
        count_correct(new_estimate(ratios=[0.01]), train_split, "", CPU, tmp_path / "s.npz", "", lambda _: None)


def test_large_images_are_refused(new_estimate, tmp_path):
    with pytest.raises(SettingError, match="dataset: found an index of large images"):
        count_correct(new_estimate(), object(), "", CPU, tmp_path / "s.npz", "", lambda _: None)


def test_a_scoring_needs_networks():
    with pytest.raises(SettingError, match=r"subsets: found \{\}, expected the subset of at least one training"):
        check_held_out({"dataset": {}, "cscores": "abc", "subsets": {}})
