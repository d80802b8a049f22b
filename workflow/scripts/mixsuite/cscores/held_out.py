"""How networks that were trained on a part of a dataset classify the rest of its training images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from mixsuite.cscores.misclassified import rest_of, score_misclassified
from mixsuite.cscores.predictions import predict
from mixsuite.cscores.quartiles import mean_and_quartiles
from mixsuite.cscores.scores import CScores, check_order
from mixsuite.data.arrays import ImageArrays, load_dataset
from mixsuite.data.loader import to_device
from mixsuite.data.subset import load_indices, load_parent_split
from mixsuite.training.trained import load_trained


class HeldOut:
    """The training images that a part of a dataset leaves out, with their C-scores.

    `indices` int64 (n,) are their places among all training images, `cscores` those of all of them.
    """

    def __init__(self, part: Path, cscores: CScores, source: str, sha256: str | None = None) -> None:
        """Read the dataset prepared in `part` (mixsuite.data.part), and hold the C-scores of `source` against it.

        Raises:
            DatasetError: `part` is no part of a prepared dataset, is damaged, or its sha256 is not `sha256`.
            ValueError: the C-scores are of other images, or of the same in another order.
        """
        self._part, _, self.sha256 = load_dataset(part, sha256)
        whole = load_parent_split(part / "train")
        check_order(cscores, np.asarray(whole.labels), source)
        self.cscores = cscores
        self.indices = rest_of(len(whole.labels), load_indices(part / "train"))
        self._images = ImageArrays(whole.images[self.indices], np.asarray(whole.labels[self.indices]), whole.description)

    def score(self, run_folder: Path, device: torch.device) -> dict[str, Any]:
        """Return what `score_misclassified` tells of the network that a training on the part left in `run_folder`.

        Raises:
            ValueError: the training's files are missing, or it was trained on other images than the part's.
        """
        trained = load_trained(run_folder, self._part, self.sha256, device)
        statistics = (values.flatten().tolist() for values in (trained.mean, trained.std))
        data = to_device(self._images, *statistics, device)
        precision = trained.run["specification"]["schedule"]["precision"]
        predicted = predict(trained.model, data, device, precision)
        try:
            return score_misclassified(predicted, self.indices, self.cscores)
        except ValueError as error:
            raise ValueError(f"{run_folder}: {error}") from None

    def described(self) -> dict[str, Any]:
        """Return, in plain values, how many images are held out, and the `scores`, mean and quartiles of all of them."""
        scores = self.cscores.scores[self.indices]
        return {"n": len(scores), **mean_and_quartiles(scores), "scores": scores.tolist()}
