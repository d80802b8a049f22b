"""The clauses of oh2024's Theorems 3.1 to 3.3, and when a finite run counts as bearing one out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mixsuite.patches.setting import METHODS, Setting
from mixsuite.patches.theory import predicted_accuracy
from mixsuite.reporting.statistics import Interval

NEAR_STATIONARY = 1e-3

_FITS_ALL = (
    "Holds when every sample is fitted at the last iteration. Since iteration: from there on, every recorded iteration "
    "of every seed fits them all. Recorded iterations lie up to about 8 % apart, "
    "so that it may have begun a little earlier."
)
_STATIONARY = f"Holds when the norm of the loss's gradient is at most {NEAR_STATIONARY:g} at the last iteration."
_ACCURACY = (
    "The theorems say ≈. Holds when the test accuracy at the last iteration, above or below the prediction, is off by "
    "at most half the distance to the nearest prediction for another method; undefined where two predictions coincide. "
    "The claims of the score card have the same bounds, and the whole 95 % interval of the mean must lie within them."
)


@dataclass(frozen=True)
class Clause:
    """One numbered statement of a theorem about one method, as a prediction of one metric."""

    name: str
    method: str
    statement: str
    metric: str
    criterion: str
    predicted: Callable[[Setting], float]
    window: Callable[[Setting], Interval | None]
    """The values that bear it out; None where no value could tell it from the same clause about another method."""
    scientific: bool = False
    """Whether the metric spans magnitudes, and is written with powers of ten."""


def _fits_all(name: str, method: str, metric: str, what: str) -> Clause:
    return Clause(name, method, f"Perfectly fits {what}", metric, _FITS_ALL, lambda _: 1.0, lambda _: Interval(1, 1))


def _accuracy(name: str, method: str, statement: str) -> Clause:
    def predicted(setting: Setting) -> float:
        return predicted_accuracy(setting, method)

    def window(setting: Setting) -> Interval | None:
        expected = predicted(setting)
        others = [predicted_accuracy(setting, other) for other in METHODS if other != method]
        margin = min(abs(expected - other) for other in others) / 2
        return Interval(expected, expected).widened(margin) if margin else None

    return Clause(name, method, statement, "test_accuracy", _ACCURACY, predicted, window)


CLAUSES = (
    _fits_all("3.1 (1)", "erm", "training_fit", "the training set"),
    _accuracy("3.1 (2)", "erm", "Random guess on rare and extremely rare features: accuracy ≈ 1 − ½ Σ ρ of both"),
    _fits_all("3.2 (1)", "cutout", "augmented_fit", "the augmented data"),
    _fits_all("3.2 (2)", "cutout", "training_fit", "the original training data"),
    _accuracy("3.2 (3)", "cutout", "Random guess on extremely rare features: accuracy ≈ 1 − ½ Σ ρ of them"),
    Clause(
        "3.3 (1)",
        "cutmix",
        "Achieves a near-stationary point: ‖∇L‖ ≈ 0",
        "gradient_norm",
        _STATIONARY,
        lambda _: 0.0,
        lambda _: Interval(0, NEAR_STATIONARY),
        scientific=True,
    ),
    _fits_all("3.3 (2)", "cutmix", "training_fit", "the original training data"),
    _accuracy("3.3 (3)", "cutmix", "Almost perfectly classifies test data: accuracy ≈ 1"),
)
