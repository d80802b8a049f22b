"""The few images of a target that a network is fine-tuned on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays
from mixsuite.randomness import stream


def few_images(split: ImageArrays, images_per_class: int, seed: int) -> ImageArrays:
    """Return `images_per_class` images of every class of `split`, drawn as `seed` has it, in the split's order.

    Raises:
        SettingError: a class has fewer.
    """
    generator, chosen = stream(seed, "target images"), []
    for label, name in enumerate(split.description["classes"]):
        places = np.flatnonzero(split.labels == label)
        if len(places) < images_per_class:
            raise SettingError(
                f"images_per_class: found {images_per_class}, expected at most {len(places)}, the training "
                f"images of the class {name}"
            )
        order = torch.randperm(len(places), generator=generator)
        chosen.append(places[order[:images_per_class].numpy()])
    places = np.sort(np.concatenate(chosen))
    return replace(split, images=split.images[places], labels=split.labels[places])
