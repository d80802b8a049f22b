"""The mixed outputs of trained networks, on the test images of two classes.

{
    "dataset": {"name": ..., ...}, kept with the result,
    "runs": the identities of the trainings,
    "classes": [the class whose output counts, the class whose output is subtracted],
    "shares": shares of the first class's image,
    "pairs": how many pairs of images,
    "seed": 0
}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from mixsuite.checks import SettingError, check_choice, check_count, check_fraction, check_keys, check_list
from mixsuite.data.arrays import ImageArrays
from mixsuite.data.description import read_description
from mixsuite.data.loader import to_device
from mixsuite.data.subset import load_subset
from mixsuite.evenness.mixed_outputs import draw_pairs, measure_mixed_outputs
from mixsuite.records import read_record
from mixsuite.training.precision import autocast
from mixsuite.training.trained import load_trained


def check_measurement(measurement: Any) -> None:
    """Raise SettingError, naming the setting, unless `measurement` has all keys, no others, and values in range."""
    check_keys("measurement", measurement, ("dataset", "runs", "classes", "shares", "pairs", "seed"))
    _check_filled("runs", measurement["runs"], of="names of runs")
    check_list("classes", measurement["classes"], of="two names")
    if len(set(measurement["classes"])) != 2 or len(measurement["classes"]) != 2:
        raise SettingError(f"classes: found {measurement['classes']!r}, expected two different names")
    _check_filled("shares", measurement["shares"], of="shares of the first image")
    for share in measurement["shares"]:
        check_fraction("shares", share)
    check_count("pairs", measurement["pairs"], at_least=1)
    check_count("seed", measurement["seed"], at_least=0)


def _check_filled(name: str, value: Any, of: str) -> None:
    check_list(name, value, of)
    if not value:
        raise SettingError(f"{name}: found none, expected at least one")


class TwoClasses:
    """Pairs of test images of two classes, the same for all networks."""

    def __init__(self, measurement: dict[str, Any], test: Any, sha256: str, subsets: Path) -> None:
        """Draw the pairs that `measurement` asks for from the split `test` of the dataset with this `sha256`.

        `measurement` is one that `check_measurement` lets pass; in `subsets` lie, by their names, the subsets of the
        dataset that networks were trained on.

        Raises:
            SettingError: a class is none of the dataset's or has no test image, or the dataset is an index of large
                images.
        """
        if not isinstance(test, ImageArrays):
            raise SettingError("dataset: found an index of large images, expected small images, prepared as arrays")
        known = test.description["classes"]
        for name in measurement["classes"]:
            check_choice("classes", name, known)
        self._test, self._sha256, self._subsets = test, sha256, subsets
        self._classes = known.index(measurement["classes"][0]), known.index(measurement["classes"][1])
        self._shares, self._seed = measurement["shares"], measurement["seed"]
        labels = torch.from_numpy(np.array(test.labels))
        self._pairs = draw_pairs(labels, self._classes, measurement["pairs"], self._seed)

    def measure(self, run_folder: Path, device: torch.device) -> list[dict[str, Any]]:
        """Return what was measured of the network in `run_folder` for each share, in plain values.

            asked, share: of the first image, as asked for and exact
            output_share, departure: see MixedOutputs
            differences: of the outputs, for all pairs

        Raises:
            DatasetError: the subset that it was trained on is missing or damaged.
            ValueError: the training's files are missing, or it was of another dataset.
        """
        trained = load_trained(run_folder, self._test, self._sha256_of_training(run_folder), device)
        statistics = (values.flatten().tolist() for values in (trained.mean, trained.std))
        data = to_device(self._test, *statistics, device)

        def images(places: torch.Tensor) -> torch.Tensor:
            return data.normalise(data.images[places.to(device)])

        with torch.inference_mode(), autocast(device, trained.run["specification"]["schedule"]["precision"]):
            found = measure_mixed_outputs(trained.model, images, self._pairs, self._classes, self._shares, self._seed)
        return [
            {
                "asked": asked,
                "share": each.share,
                "output_share": each.output_share(),
                "departure": each.departure(),
                "differences": each.mixed.float().tolist(),
            }
            for asked, each in zip(self._shares, found, strict=True)
        ]

    def _sha256_of_training(self, run_folder: Path) -> str:
        # Of the dataset, or of a subset of it, which has its mean and deviation.
        subset = read_record(run_folder / "run.json")["specification"]["dataset"].get("subset")
        if subset is None:
            return self._sha256
        folder = self._subsets / subset
        whole = read_description(folder / "dataset.json", ("dataset",))["dataset"]["sha256"]
        if whole != self._sha256:
            raise ValueError(f"{folder}: is of the dataset with sha256 {whole}, expected {self._sha256}")
        return load_subset(folder)[2]
