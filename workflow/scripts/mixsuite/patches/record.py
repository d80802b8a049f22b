"""What is measured at one step of an experiment, and its tidy table."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from mixsuite.patches.setting import Setting

TRAJECTORY_COLUMNS = ("step", "metric", "rarity", "feature", "label", "value")

_SCALARS = ("loss", "gradient_norm", "training_fit", "augmented_fit", "activation_mean", "activation_spread")


@dataclass(frozen=True)
class Record:
    """What is measured at one step. Tables (2, K): first row label +1, second -1, a column per feature."""

    step: int
    loss: float
    gradient_norm: float
    training_fit: float  # fraction of the training images with y f > 0
    augmented_fit: float  # the same over all cut-outs of the training images
    activation_mean: float  # of y_i a(i, p) over the training patches
    activation_spread: float  # their standard deviation: 0 where all patches count alike
    feature_outputs: Tensor  # (2, K), s (phi(<w_1, v_{s,k}>) - phi(<w_-1, v_{s,k}>))
    accuracies: Tensor  # (2, K), P(y f > 0 | label s, feature k)

    def output_of_class(self, setting: Setting) -> dict[str, float]:
        """Return each rarity class's mean feature output, over its features and both labels."""
        outputs = self.feature_outputs.mean(0).tolist()
        members = {rarity: setting.features_of(rarity) for rarity in setting.rarity_classes}
        return {rarity: math.fsum(outputs[k] for k in chosen) / len(chosen) for rarity, chosen in members.items()}

    def accuracy_of_class(self, setting: Setting) -> dict[str, float]:
        """Return P(y f > 0 | the feature is of the class) for each rarity class."""
        members = {rarity: setting.features_of(rarity) for rarity in setting.rarity_classes}
        return {rarity: self._accuracy(setting, chosen) for rarity, chosen in members.items()}

    def test_accuracy(self, setting: Setting) -> float:
        """Return P(y f > 0) on D."""
        return self._accuracy(setting, range(setting.features))

    def _accuracy(self, setting: Setting, features: Sequence[int]) -> float:
        accuracies = self.accuracies.mean(0).tolist()
        return math.fsum(setting.rho[k] * accuracies[k] for k in features) / math.fsum(setting.rho[k] for k in features)


def trajectory(records: Sequence[Record], setting: Setting) -> Iterator[dict[str, Any]]:
    """Yield a row per measured value, keys TRAJECTORY_COLUMNS.

    Metrics that cover everything (loss, gradient_norm, training_fit, augmented_fit, activation_mean,
    activation_spread, test_accuracy) have the rarity "all". feature_output and class_accuracy have a row per rarity
    class, with `feature` and `label` empty, and a row per feature (from 1) and label (1 or -1).
    """
    for record in records:
        for metric, rarity, feature, label, value in _values(record, setting):
            yield dict(zip(TRAJECTORY_COLUMNS, (record.step, metric, rarity, feature, label, value), strict=True))


def _values(record: Record, setting: Setting) -> Iterator[tuple[str, str, int | None, int | None, float]]:
    for metric in _SCALARS:
        yield metric, "all", None, None, getattr(record, metric)
    yield "test_accuracy", "all", None, None, record.test_accuracy(setting)
    tables = {
        "feature_output": (record.output_of_class(setting), record.feature_outputs),
        "class_accuracy": (record.accuracy_of_class(setting), record.accuracies),
    }
    for metric, (of_class, of_feature) in tables.items():
        for rarity, value in of_class.items():
            yield metric, rarity, None, None, value
        for label, values in zip((1, -1), of_feature.tolist(), strict=True):
            for k, value in enumerate(values):
                yield metric, setting.rarity[k], k + 1, label, value
