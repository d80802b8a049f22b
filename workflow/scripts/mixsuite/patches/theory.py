"""What oh2024's theorems predict: who learns which class, the accuracy that follows, CutMix's uniform activation."""

import math
from collections.abc import Sequence

from mixsuite.checks import SettingError
from mixsuite.patches.setting import METHODS, Setting, check_method

# Theorems 3.1 to 3.3 (poster): the rarity classes on which a method is left guessing.
NOT_LEARNED = {"erm": ("rare", "extremely_rare"), "cutout": ("extremely_rare",), "cutmix": ()}

# Half way between a random guess and certainty.
LEARNED_ACCURACY = 0.75


def predicted_accuracy(setting: Setting, method: str) -> float:
    """Return 1 - 1/2 sum of rho over the classes that `method` does not learn (poster, theorems 3.1 to 3.3)."""
    check_method(method)
    unlearned = NOT_LEARNED[method]
    return (
        1 - math.fsum(rho for rho, rarity in zip(setting.rho, setting.rarity, strict=True) if rarity in unlearned) / 2
    )


def learning_thresholds(setting: Setting) -> dict[str, float]:
    """Return per method the expected count n rho_k of a feature's images above which the method learns the feature.

    ERM has to outgrow the dominant noise, sigma_d^2 d, Cutout only the background noise, sigma_b^2 d; CutMix none.
    Inferred from the theorems' assumptions, up to constants and logarithms, not stated in the poster.
    """
    thresholds = (setting.sigma_d**2 * setting.dimension, setting.sigma_b**2 * setting.dimension, 0.0)
    return dict(zip(METHODS, thresholds, strict=True))


def uniform_activation(size_probabilities: Sequence[float], same_label: float = 0.5) -> float:
    """Return c*, the activation y_i a(i, p) of every patch at which CutMix's loss is least among uniform ones.

    With all y_i a(i, p) = c, a mix of two images of one label has y f = P c, and one of two labels has f = c (2 s - P)
    on the side of the image that gives s patches. c* is the root of the loss's derivative,
    same_label (-P)(1 - sigmoid(P c)) + (1 - same_label) E_s[(2 s - P)(sigmoid(c (2 s - P)) - s / P)],
    which grows with c.

    Args:
        size_probabilities: P(|S| = s) for s = 0, ..., P.
        same_label: fraction of the pairs (i, j) with y_i = y_j.

    Raises:
        SettingError: `same_label` outside [0, 1), or S is always empty, half or whole: the loss then has no minimiser.
    """
    patches = len(size_probabilities) - 1
    if not 0 <= same_label < 1:
        raise SettingError(f"same_label: found {same_label}, expected 0 <= same_label < 1")
    if not any(size_probabilities[s] for s in range(1, patches) if 2 * s != patches):
        raise SettingError(
            f"size_probabilities: found {list(size_probabilities)}, expected a probability for a size other than "
            "0, P / 2 and P: without one the loss falls for ever"
        )

    def derivative(c: float) -> float:
        alike = -patches * _sigmoid(-patches * c)
        unlike = math.fsum(
            probability * (2 * s - patches) * (_sigmoid(c * (2 * s - patches)) - s / patches)
            for s, probability in enumerate(size_probabilities)
        )
        return same_label * alike + (1 - same_label) * unlike

    low, high = 0.0, 1.0
    while derivative(high) < 0:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if derivative(middle) < 0 else (low, middle)
    return high


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
