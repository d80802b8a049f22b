"""How many images a run sends through its network, forward alone or forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mixsuite.cscores.holding_out import count_trainings
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


def _scores(specification: Mapping[str, Any], size: Size) -> float:
    mixes = specification["draws"] * specification["places"] if specification["kind"] == "mixed_losses" else 1
    # Dropout acts behind the features, which are computed once.
    return mixes * size.n_train


def _search(specification: Mapping[str, Any], size: Size) -> float:
    settings = specification["search"]
    # A step of the architecture goes with each step of the weights, but while it rests.
    steps = 2 * settings["epochs"] - settings["warmup_epochs"]
    return _TRAINED * steps * settings["weight_share"] * size.n_train


def _estimated_cscores(specification: Mapping[str, Any], size: Size) -> float:
    epochs, repeats = specification["schedule"]["epochs"], specification["repeats"]
    return sum(
        count_trainings(size.n_train, [ratio], repeats) * (_TRAINED * epochs * ratio + 1) * size.n_train
        for ratio in specification["ratios"]
    )


def _held_out(specification: Mapping[str, Any], size: Size) -> float:
    # An upper bound: the images that a network was trained on are left out.
    return len(specification["subsets"]) * size.n_train


def _mixed_outputs(specification: Mapping[str, Any], size: Size) -> float:
    # Each pair's own two images, and a mix of them for each share.
    return len(specification["runs"]) * specification["pairs"] * (2 + len(specification["shares"]))


def _transfer(specification: Mapping[str, Any], size: Size) -> float:
    few = specification["images_per_class"] * size.n_classes
    treatments = specification["treatments"].values()
    # An upper bound: stages that rest need no gradients.
    epochs = sum(phase["epochs"] for treatment in treatments for phase in treatment["phases"])
    return _TRAINED * epochs * few + len(treatments) * (few + size.n_test)


def _bridge(specification: Mapping[str, Any], size: Size) -> float:
    epochs = specification["training"]["epochs"]
    return specification["seeds"] * ((_TRAINED * epochs + 1) * size.n_train + size.n_test)


def _attack(attack: Mapping[str, Any]) -> float:
    return _TRAINED * attack.get("steps", 1)


PASSES: dict[str, Callable[[Mapping[str, Any], Size], float]] = {
    "training": _training,
    "timing": _timing,
    "landscape": _landscape,
    "evaluation": _evaluation,
    "fit": _fit,
    "adversarial_set": _adversarial_set,
    "scores": _scores,
    "search": _search,
    "estimated_cscores": _estimated_cscores,
    "held_out": _held_out,
    "mixed_outputs": _mixed_outputs,
    "transfer": _transfer,
    "bridge": _bridge,
}
"""By kind of run, for those that send images through a network; all others are below."""

USUAL_SECONDS = {
    "descent": 5.0,
    "sweep": 45.0,
    "composition": 10.0,
    "stand_in_set": 5.0,
    "subset": 5.0,
    "anchors": 5.0,
    "sizes": 10.0,
    "cscores": 10.0,
    "weights": 60.0,
}
"""What runs without a network take, in full size, on one core of a current server."""
