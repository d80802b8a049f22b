"""How many images a run sends through its network, forward alone or forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mixsuite.overview.sizes import Size

_TRAINED = 3
"""Forward passes that a forward and a backward pass come to."""
_PRODUCT = 6
"""Forward passes that a product of the Hessian with a vector comes to: the gradient, and its own gradient."""
_TIMED_STEPS = 5 * 5 * 4 + 4
"""Steps of each recipe that time_steps takes: repetitions, turns, steps of a turn, and a warm-up."""
_BY_GRADIENT = ("puzzle_mix", "co_mixup")
"""Methods whose saliency is a gradient: another forward and backward pass for each image."""


def _training(specification: Mapping[str, Any], size: Size) -> float:
    schedule = specification["schedule"]
    doubled = 2 if specification["recipe"]["method"] in _BY_GRADIENT else 1
    return schedule["epochs"] * (_TRAINED * doubled * size.n_train + size.n_test)


def _timing(specification: Mapping[str, Any], size: Size) -> float:
    methods = [recipe["method"] for recipe in specification["recipes"].values()]
    images = _TIMED_STEPS * specification["schedule"]["batch_size"]
    return sum(_TRAINED * images * (2 if method in _BY_GRADIENT else 1) for method in methods)


def _landscape(specification: Mapping[str, Any], size: Size) -> float:
    hessian, surface, gaussian = (specification[part] for part in ("hessian", "surface", "gaussian"))
    spectrum = specification["spectrum"]
    # An upper bound: eigenvectors that are found sooner take fewer products.
    products = hessian["iterations"] + spectrum["probes"] * spectrum["steps"] + spectrum["trace_probes"]
    available = size.n_train if hessian["split"] == "train" else size.n_test
    return (
        _PRODUCT * products * min(hessian["images"] or available, available)
        + surface["points"] ** 2 * (surface["images"] or size.n_test)
        + len(gaussian["sigmas"]) * gaussian["draws"] * (gaussian["images"] or size.n_test)
    )


def _evaluation(specification: Mapping[str, Any], size: Size) -> float:
    attacks = sum(_attack(attack) + 1 for attack in specification["white_box"].values())
    sets = len(specification["adversarial_sets"]) + len(specification["shifted_sets"])
    return (1 + attacks + sets) * size.n_test


def _fit(specification: Mapping[str, Any], size: Size) -> float:
    images = {"train": size.n_train, "test": size.n_test}
    return sum(images[split] for split in specification["splits"])


def _adversarial_set(specification: Mapping[str, Any], size: Size) -> float:
    return (_attack(specification["attack"]) + 2) * size.n_test


def _attack(attack: Mapping[str, Any]) -> float:
    return _TRAINED * attack.get("steps", 1)


PASSES: dict[str, Callable[[Mapping[str, Any], Size], float]] = {
    "training": _training,
    "timing": _timing,
    "landscape": _landscape,
    "evaluation": _evaluation,
    "fit": _fit,
    "adversarial_set": _adversarial_set,
}
"""By kind of run. A kind that is neither here nor below is reckoned by finished runs of its kind alone."""

USUAL_SECONDS = {"descent": 5.0, "sweep": 45.0, "composition": 10.0, "stand_in_set": 5.0}
"""What runs without a network take, in full size, on one core of a current server."""
