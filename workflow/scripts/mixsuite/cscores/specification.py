"""What an estimate of C-scores, and a scoring of misclassified images, are made of, checked key by key.

{"dataset": {...}, "model": {...}, "recipe": {...}, "schedule": {...}, "seed": 0, "ratios": [...], "repeats": 8}
{"dataset": {...}, "cscores": their identity, "subsets": {identity of a training: identity of its subset}}
"""

from __future__ import annotations

from typing import Any

from mixsuite.checks import SettingError, check_count, check_fraction, check_keys, check_list

_OF_A_RUN = ("dataset", "model", "recipe", "schedule", "seed")


def check_estimate(estimate: Any) -> None:
    """Raise SettingError, naming the setting, unless `estimate` has all keys and ratios that can be trained on.

    What else it shares with a run is checked where networks are assembled.
    """
    check_keys("estimate", estimate, (*_OF_A_RUN, "ratios", "repeats"))
    check_count("seed", estimate["seed"], at_least=0)
    check_count("repeats", estimate["repeats"], at_least=1)
    ratios = estimate["ratios"]
    check_list("ratios", ratios, of="shares of the images")
    for ratio in ratios:
        check_fraction("ratios", ratio)
    if not ratios or sorted(set(ratios)) != list(ratios):
        raise SettingError(f"ratios: found {ratios!r}, expected at least one, each larger than that before it")


def check_held_out(scoring: Any) -> None:
    """Raise SettingError unless `scoring` has all keys and no others, and at least one training."""
    check_keys("scoring", scoring, ("dataset", "cscores", "subsets"))
    if not isinstance(scoring["subsets"], dict) or not scoring["subsets"]:
        raise SettingError(f"subsets: found {scoring['subsets']!r}, expected the subset of at least one training")


def run_of(estimate: dict[str, Any]) -> dict[str, Any]:
    """Return the run that each training of `estimate` is, but for its seed and its images."""
    return {key: estimate[key] for key in _OF_A_RUN}
