"""How networks that were trained on subsets of a dataset classify the rest of its training images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from mixsuite.cscores.misclassified import rest_of, score_misclassified
from mixsuite.cscores.predictions import predict
from mixsuite.cscores.scores import CScores
from mixsuite.data.arrays import ImageArrays
from mixsuite.data.loader import to_device
from mixsuite.data.subset import load_subset
from mixsuite.training.trained import load_trained


def score_rest(
    run_folder: Path, subset_folder: Path, whole: ImageArrays, cscores: CScores, device: torch.device
) -> dict[str, Any]:
    """Return what `score_misclassified` tells of a network and the images of `whole` that it was not trained on.

    The network is that in `run_folder`, trained on the subset of `whole` in `subset_folder`. Images are normalised as
    in its training. `cscores` are those of all images of `whole`, in its order.

    Raises:
        DatasetError: the subset is missing or damaged.
        ValueError: the training's files are missing, it was on other images, or it misclassifies none of the rest.
    """
    subset, _, sha256 = load_subset(subset_folder)
    trained_on = np.load(subset_folder / "indices.npy", allow_pickle=False)
    trained = load_trained(run_folder, subset, sha256, device)
    rest = rest_of(len(whole.labels), trained_on)
    images = ImageArrays(whole.images[rest], np.asarray(whole.labels[rest]), whole.description)
    mean, std = (values.flatten().tolist() for values in (trained.mean, trained.std))
    precision = trained.run["specification"]["schedule"]["precision"]
    predicted = predict(trained.model, to_device(images, mean, std, device), device, precision)
    try:
        return score_misclassified(predicted, rest, cscores)
    except ValueError as error:
        raise ValueError(f"{run_folder}: {error}") from None
