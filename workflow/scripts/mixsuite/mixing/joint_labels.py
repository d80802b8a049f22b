"""Which image each block of each output shows, chosen for all outputs together (Kim et al. 2021).

Settled by the released code, snu-mllab/Co-Mixup (match.py), where the paper leaves something open.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from mixsuite.mixing.labelling import expanded_labels

_BLEND_BONUS = 5e-4
"""What a blend is cheaper than the mean of its two images, as in the released code."""
_TO_A_BLEND = 0.25


@dataclass(frozen=True)
class JointProblem:
    """Parts of a batch, independent of each other; in each, N images are mixed to N outputs of n × n blocks.

    cost: (P, N, n, n), of showing an image at a block; compatibility: (P, N, N), the paper's A.
    smoothness: β per block; diversity: γ per block; threshold: τ, in blocks; hard: whether the overlap beyond the
    threshold counts whole, or only what is beyond.
    """

    cost: np.ndarray
    compatibility: np.ndarray
    smoothness: float
    diversity: float
    threshold: float
    hard: bool

    def penalties(self, others: np.ndarray) -> np.ndarray:
        """Return (P, N): what a block of each image costs where the other outputs show `others` (P, N) blocks of it."""
        overlap = (self.compatibility @ others[:, :, None])[:, :, 0]
        beyond = overlap if self.hard else overlap - self.threshold
        return 2 * self.diversity * np.where(overlap > self.threshold, beyond, 0)


def joint_labels(problem: JointProblem, start: np.ndarray, iterations: int, resolve: bool) -> np.ndarray:
    """Return (2, P, N, n, n), int64: the two images, numbered within the part, that each output's block shows by half.

    Most are twice the same. start: (P, N, n, n), the images that outputs are taken to show before their turn.

    One output after another is chosen anew while the others stay, which turns the supermodular overlap into a cost of
    each image, and the choice into a labelling of a grid; see `mixsuite.mixing.labelling.expanded_labels`. From the
    second of the `iterations` on, blends of the (up to three) images that the output shows most are labels, too. With
    `resolve`, outputs that consist of the same images pay, in the last iteration, for one image each.
    """
    shown = np.stack([start, start])
    n_parts, n_images = start.shape[:2]
    counts = np.stack([_counts(shown[:, :, output], n_images) for output in range(n_images)], axis=1)
    extra = np.zeros_like(counts)
    cost = np.moveaxis(problem.cost, 1, 0)
    for iteration in range(iterations):
        for output in range(n_images):
            per_block = problem.penalties(counts.sum(axis=1) - counts[:, output])
            per_block += problem.diversity * extra[:, output]
            unary = cost + per_block.T[:, :, None, None]
            pairs = _blends(counts[:, output]) if iteration > 0 else np.zeros((n_parts, 0, 2), dtype=int)
            shown[:, :, output] = _labels_of_one(problem, unary, pairs)
            counts[:, output] = _counts(shown[:, :, output], n_images)
        if resolve and iteration == iterations - 2:
            extra = _resolving_costs(counts > 0)
    return shown


def _labels_of_one(problem: JointProblem, unary: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return (2, P, n, n), what one output of each part shows; pairs: (P, M, 2), the blends, (-1, -1) where is none."""
    n_images, n_parts = unary.shape[:2]
    itself = np.broadcast_to(np.arange(n_images)[:, None], (n_parts, n_images, 2))
    # Row l of `halves` holds the images that label l shows by half.
    halves = np.concatenate([itself, pairs], axis=1)
    which = np.arange(n_parts)[:, None]
    blended = (unary[pairs[..., 0], which] + unary[pairs[..., 1], which]) / 2 - _BLEND_BONUS
    blended[pairs[..., 0] < 0] = np.inf
    unary = np.concatenate([unary, np.moveaxis(blended, 1, 0)])
    labels = expanded_labels(unary, _distances(pairs, n_images), problem.smoothness)
    return np.moveaxis(halves[which[:, :, None], labels], -1, 0)


def _distances(pairs: np.ndarray, n_images: int) -> np.ndarray:
    """Return (P, L, L): 1 between two labels, but 1/4 between a blend and an image in it.

    So has it the released code. Half the squared difference of what they show, the paper's 1 for two images, would be
    3/4 instead of 1 where a blend meets another image, and 1/4 where it meets a blend that shares an image.
    """
    n_parts, n_pairs = pairs.shape[:2]
    distances = np.tile(1 - np.eye(n_images + n_pairs), (n_parts, 1, 1))
    contains = (pairs[..., None] == np.arange(n_images)).any(axis=2)
    distances[:, n_images:, :n_images][contains] = _TO_A_BLEND
    distances[:, :n_images, n_images:][np.swapaxes(contains, 1, 2)] = _TO_A_BLEND
    return distances


def _counts(shown: np.ndarray, n_images: int) -> np.ndarray:
    """Return (P, N): how many blocks each image has in one output `shown` (2, P, n, n), blends by half."""
    n_parts = shown.shape[1]
    numbered = shown + n_images * np.arange(n_parts)[:, None, None]
    return np.bincount(numbered.ravel(), minlength=n_parts * n_images).reshape(n_parts, n_images) / 2


def _blends(counts: np.ndarray) -> np.ndarray:
    """Return (P, M, 2): all pairs of the three images that have most blocks, (-1, -1) where one has none at all."""
    most = np.argsort(-counts, axis=1, kind="stable")[:, :3]
    chosen = np.array([*itertools.combinations(range(most.shape[1]), 2)], dtype=int).reshape(-1, 2)
    missing = (np.take_along_axis(counts, most, axis=1) == 0)[:, chosen].any(axis=2, keepdims=True)
    return np.where(missing, -1, most[:, chosen])


def _resolving_costs(used: np.ndarray) -> np.ndarray:
    """Return (P, N, N): 1 for an image that an output is to avoid, since another one consists of the same images.

    used: (P, N, N), bool. Of two such outputs, one is to avoid the first of the images and the other the second; an
    output of a single image is left alone.
    """
    costs = np.zeros(used.shape)
    same = np.triu((used[:, :, None] == used[:, None]).all(axis=-1), k=1)
    for part, one, other in np.argwhere(same):
        first, *rest = np.flatnonzero(used[part, one])
        if rest:
            costs[part, one, first] = costs[part, other, rest[0]] = 1
    return costs
