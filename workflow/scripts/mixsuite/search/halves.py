"""The two halves of the training images: on one the weights are trained, on the other the architecture."""

from __future__ import annotations

import numpy as np

from mixsuite.checks import SettingError, check_choice, check_fraction
from mixsuite.randomness import derived_seed

SPLITS = ("stratified", "unshuffled")


def halves(labels: np.ndarray, split: str, weight_share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places, rising, of the images for the weights and of those for the architecture.

    labels: int64 (N,). The weights get `weight_share` of the images, rounded: of every class alike and at random, as
    `seed` has it, with `split` "stratified"; the first ones with "unshuffled", as yuhuixu1993/PC-DARTS has it
    (train_search.py), where the halves of a dataset that is sorted by class have no class in common.

    Raises:
        SettingError: an unknown split, or a share that leaves a half empty.
    """
    check_choice("search: split", split, SPLITS)
    check_fraction("search: weight_share", weight_share)
    n_images = len(labels)
    n_weights = round(weight_share * n_images)
    if not 0 < n_weights < n_images:
        raise SettingError(
            f"search: weight_share: found {weight_share}, with which a half of {n_images} images is empty"
        )
    if split == "unshuffled":
        chosen = np.arange(n_images) < n_weights
    else:
        order = np.random.default_rng(derived_seed(seed, "halves")).permutation(n_images)
        order = order[np.argsort(labels[order], kind="stable")]
        # Evenly along the images in order of class: each class has its share, up to one image.
        counts = np.floor(np.arange(n_images + 1) * (n_weights / n_images) + 1e-9)
        chosen = np.zeros(n_images, dtype=bool)
        chosen[order] = np.diff(counts) > 0
    return np.flatnonzero(chosen), np.flatnonzero(~chosen)
