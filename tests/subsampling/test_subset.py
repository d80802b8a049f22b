"""Selecting a subset: class by class, by every kind of measure."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.subsampling.scores import Scores
from mixsuite.subsampling.selection import kept_count
from mixsuite.subsampling.subset import select_subset

LABELS = np.array([0] * 8 + [1] * 12 + [2] * 4)


def scored(kind, values):
    return Scores({"specification": {"kind": kind}}, np.asarray(values, float))


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(4, 30), min_size=1, max_size=4),
    t=st.sampled_from([0.25, 0.3, 0.5, 0.9, 1]),
    measure=st.sampled_from(["cv", "mean", "std", "random", "k_center"]),
    seed=st.integers(0, 5),
)
def test_each_class_keeps_exactly_its_count(new_subset, sizes, t, measure, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    values = np.random.default_rng(seed).uniform(1, 2, (len(labels), 4))
    scores = None if measure == "random" else scored("features" if measure == "k_center" else "mixed_losses", values)
    indices = select_subset(new_subset(measure=measure, t=t, seed=seed), labels, scores)
    assert Counter(labels[indices].tolist()) == {label: kept_count(t, size) for label, size in enumerate(sizes)}
    assert (np.diff(indices) > 0).all()


def test_the_images_of_largest_cv_of_each_class_are_taken(new_subset):
    # Means are 1, so that the spread is the CV.
    spread = np.linspace(0.1, 0.9, len(LABELS))[::-1]
    losses = np.stack([1 - spread, 1 + spread], axis=1)
    high = select_subset(new_subset(), LABELS, scored("mixed_losses", losses))
    assert high.tolist() == [0, 1, 8, 9, 10, 20]
    low = select_subset(new_subset(order="low"), LABELS, scored("mixed_losses", losses))
    assert low.tolist() == [6, 7, 17, 18, 19, 23]
    spaced = select_subset(new_subset(interval=4), LABELS, scored("mixed_losses", losses))
    assert spaced.tolist() == [0, 4, 8, 12, 16, 20]


def test_a_pool_of_all_images_knows_no_classes(new_subset):
    losses = np.stack([np.ones(24), 1 + np.arange(24) / 10], axis=1)
    found = select_subset(new_subset(pool="all"), LABELS, scored("mixed_losses", losses))
    assert found.tolist() == [18, 19, 20, 21, 22, 23]


def test_random_subsets_differ_by_seed_and_are_the_same_again(new_subset):
    def choose(seed):
        return select_subset(new_subset(measure="random", seed=seed), LABELS, None).tolist()

    assert choose(0) == choose(0)
    assert len({tuple(choose(seed)) for seed in range(5)}) > 1


def test_classes_of_one_size_do_not_keep_the_same_places(new_subset):
    labels = np.repeat(np.arange(5), 40)
    plain = {"measure": "random", "order": None, "scores": None}
    kept = select_subset(new_subset(**plain), labels, None).reshape(5, 10) % 40
    assert len({tuple(places) for places in kept.tolist()}) == 5


def test_the_first_centre_is_drawn_at_random_by_class_and_seed(new_subset):
    labels = np.repeat(np.arange(5), 40)
    features = np.random.default_rng(0).normal(size=(200, 3))

    def first_centres(seed):
        # Of 40 images t keeps the first centre alone.
        plain = {"measure": "k_center", "order": None, "t": 0.025, "seed": seed}
        return [place % 40 for place in select_subset(new_subset(**plain), labels, scored("features", features))]

    assert first_centres(0) == first_centres(0) != first_centres(1)
    assert len(set(first_centres(0))) > 1


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({}, "dropout", "scores: found dropout, expected mixed_losses for cv"),
        ({"measure": "bald"}, "mixed_losses", "scores: found mixed_losses, expected dropout for bald"),
        ({}, None, "scores: found none, expected mixed_losses for cv"),
        ({"t": 0.2}, "mixed_losses", "t: found 0.2, of which 4 images keep none, expected at least 1 / 4"),
        ({"interval": 5}, "mixed_losses", "interval: found 5, expected at most 4"),
    ],
)
def test_mistakes_are_named(new_subset, changes, kind, message):
    scores = scored(kind, np.random.default_rng(0).uniform(1, 2, (24, 3))) if kind else None
    with pytest.raises(SettingError, match=f"^{message}"):
        select_subset(new_subset(**changes), LABELS, scores)


def test_scores_of_fewer_images_are_refused(new_subset):
    with pytest.raises(SettingError, match="scores: found 23 rows, expected 24"):
        select_subset(new_subset(), LABELS, scored("mixed_losses", np.ones((23, 2))))
