"""C-scores against a literal reference: image by image, all trainings that left it out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mixsuite.cscores.estimation import Counts, estimate, planned_trainings

RATIOS = [0.3, 0.5, 0.8]


@pytest.fixture
def points():
    """Ten points on a line in two classes, two of them mislabelled."""
    places = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 5.0, 5.5, 6.0, 6.5, 7.0])
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 0])
    return places, labels


def nearest_mean(points):
    """Return a learner: the class with the nearer mean; with one class in the subset, that class."""
    places, labels = points

    def learn(chosen, _number):
        means = [
            places[chosen][labels[chosen] == label].mean() if (labels[chosen] == label).any() else np.inf
            for label in (0, 1)
        ]
        return np.abs(places[:, None] - np.array(means)).argmin(axis=1)

    return learn


def literal(points, learn, repeats, seed):
    """The definition, image by image: train without it, see whether it is classified correctly, average twice."""
    _, labels = points
    plan = list(planned_trainings(len(labels), RATIOS, repeats, seed))
    scores = []
    for image, label in enumerate(labels):
        by_size = []
        for place in range(len(RATIOS)):
            without = [
                (number, chosen) for number, (of, chosen) in enumerate(plan) if of == place and image not in chosen
            ]
            by_size.append(sum(int(learn(chosen, number)[image] == label) for number, chosen in without) / len(without))
        scores.append(sum(by_size) / len(by_size))
    return scores


def counted(points, learn, repeats, seed=0):
    counts = Counts.none(len(RATIOS), len(points[1]))
    estimate(points[1], RATIOS, repeats, seed, learn, counts, lambda _: None)
    return counts


@pytest.mark.parametrize("repeats", [1, 3])
def test_scores_are_the_literal_ones(points, repeats):
    learn = nearest_mean(points)
    found = counted(points, learn, repeats)
    assert found.scores() == pytest.approx(literal(points, learn, repeats, 0), abs=1e-12)
    assert found.held_out.min() >= repeats


def test_many_repeats_come_to_the_expectation_over_all_subsets(points):
    _, labels = points
    learn = nearest_mean(points)
    expected = []
    for size in (3, 5, 8):
        right, out = np.zeros(10), np.zeros(10)
        for chosen in combinations(range(10), size):
            left_out = np.setdiff1d(np.arange(10), chosen)
            right[left_out] += (learn(np.array(chosen), 0) == labels)[left_out]
            out[left_out] += 1
        expected.append(right / out)
    found = counted(points, learn, repeats=600).scores()
    assert np.abs(found - np.mean(expected, axis=0)).max() < 0.03
    # What is labelled against its neighbours is irregular.
    assert found[[4, 9]].max() < 0.2 < 0.8 < found[[0, 1, 7, 8]].min()


def test_a_training_sees_only_its_own_images(points):
    _, labels = points
    seen = []

    def learn(chosen, number):
        seen.append((number, tuple(chosen)))
        return labels

    found = counted(points, learn, repeats=1)
    assert [number for number, _ in seen] == list(range(len(seen)))
    assert found.scores().tolist() == [1.0] * 10
    assert found.accuracy() == 100
    assert found.trainings == len(seen)


def test_it_goes_on_where_it_stopped(points):
    learn, states = nearest_mean(points), []

    class KilledError(Exception):
        pass

    def kill(counts):
        states.append(counts.trainings)
        if counts.trainings == 4:
            raise KilledError

    counts = Counts.none(len(RATIOS), 10)
    with pytest.raises(KilledError):
        estimate(points[1], RATIOS, 2, 0, learn, counts, kill)
    estimate(points[1], RATIOS, 2, 0, learn, counts, lambda each: states.append(each.trainings))
    assert states == list(range(1, counts.trainings + 1))
    assert counts.scores().tolist() == counted(points, learn, 2).scores().tolist()
