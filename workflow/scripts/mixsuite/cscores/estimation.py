"""C-scores by their definition: how often networks that were trained without an image classify it correctly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mixsuite.cscores.holding_out import training_subsets

Learner = Callable[[np.ndarray, int], np.ndarray]
"""Trains on the images with the given indices, int64 (n,), seeded; returns the classes that it predicts, (N,)."""


@dataclass
class Counts:
    """How often each of N images was held out, and then classified correctly, per subset ratio: int64 (R, N).

    `trainings` have been counted, in the order of `planned_trainings`.
    """

    held_out: np.ndarray
    correct: np.ndarray
    trainings: int = 0

    @staticmethod
    def none(n_ratios: int, n_images: int) -> Counts:
        """Return counts before the first training."""
        return Counts(*(np.zeros((n_ratios, n_images), np.int64) for _ in range(2)))

    def accuracy(self) -> float:
        """Return the share of correct ones among all that were held out, in %."""
        return 100 * float(self.correct.sum() / self.held_out.sum())

    def profile(self) -> np.ndarray:
        """Return the consistency profile, float64 (R, N): the share of correct ones among those held out."""
        return self.correct / self.held_out

    def scores(self) -> np.ndarray:
        """Return the C-scores, float64 (N,): the mean of the profile over the subset ratios."""
        return self.profile().mean(axis=0)


def planned_trainings(n_images: int, ratios: list[float], repeats: int, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the place of each training's subset ratio in `ratios`, and the indices of its images."""
    for place, ratio in enumerate(ratios):
        for chosen in training_subsets(n_images, ratio, repeats, seed):
            yield place, chosen


def estimate(
    labels: np.ndarray,
    ratios: list[float],
    repeats: int,
    seed: int,
    learn: Learner,
    counts: Counts,
    tell: Callable[[Counts], object],
) -> None:
    """Go on counting in `counts` until all trainings are done; `tell` is called after each.

    The C-score of an image with its label is the expectation, over random training sets of one size that lack the
    image, of the probability that a network trained on them predicts the label, averaged over sizes (Jiang et al.
    2021, section 3; estimated as in pluskid/structural-regularity, mnist.py). Here sizes are `ratios` of the images,
    and for each of them every image is held out at least `repeats` times.
    """
    for number, (place, chosen) in enumerate(planned_trainings(len(labels), ratios, repeats, seed)):
        if number < counts.trainings:
            continue
        held_out = np.ones(len(labels), bool)
        held_out[chosen] = False
        correct = learn(chosen, number) == labels
        counts.held_out[place] += held_out
        counts.correct[place] += held_out & correct
        counts.trainings += 1
        tell(counts)
