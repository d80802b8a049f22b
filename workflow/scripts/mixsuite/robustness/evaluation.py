"""What one trained network withstands: attacks on itself, adversarial sets, shifted images, unknown ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from mixsuite.checks import SettingError, check_choice, check_count, check_keys
from mixsuite.data.errors import DatasetError
from mixsuite.randomness import stream
from mixsuite.robustness.ascent import Attack
from mixsuite.robustness.class_mask import PROTOCOLS, ClassMask, class_mask
from mixsuite.robustness.detection import detection_measures
from mixsuite.robustness.pixel_model import PixelModel, pixel_model
from mixsuite.robustness.pixels import Pixels
from mixsuite.robustness.registry import build_attack
from mixsuite.training.trained import Trained

KEYS = ("run", "white_box", "adversarial_sets", "shifted_sets", "unknown_set", "class_mask", "seed")
_TAKEN = ("clean", "unknown")


@dataclass(frozen=True)
class Sets:
    """The images beside the test images, by the names that the evaluation gives them; `unknown` have no known class."""

    adversarial: Mapping[str, Pixels]
    shifted: Mapping[str, Pixels]
    unknown: Pixels | None


def check_evaluation(evaluation: Any) -> None:
    """Raise SettingError, naming the setting, unless `evaluation` has all KEYS and no others.

    {"run": identity, "white_box": {NAME: attack}, "adversarial_sets": {NAME: identity}, "shifted_sets": {NAME:
    settings}, "unknown_set": settings or null, "class_mask": "masked" or "unmasked", "seed": of the attacks}
    """
    check_keys("evaluation", evaluation, KEYS)
    for key in ("white_box", "adversarial_sets", "shifted_sets"):
        if not isinstance(evaluation[key], dict):
            raise SettingError(f"evaluation: {key}: found {evaluation[key]!r}, expected settings by name")
    names = [name for key in ("white_box", "adversarial_sets", "shifted_sets") for name in evaluation[key]]
    if len({*names, *_TAKEN}) != len(names) + len(_TAKEN):
        taken = ", ".join(_TAKEN)
        raise SettingError(f"evaluation: found the names {', '.join(names)}, expected each once and none of {taken}")
    check_choice("evaluation: class_mask", evaluation["class_mask"], PROTOCOLS)
    check_count("evaluation: seed", evaluation["seed"], at_least=0)


def part_names(evaluation: Mapping[str, Any]) -> list[str]:
    """Return the names of all that `evaluation` measures, in the order in which it is measured."""
    named = [name for key in ("white_box", "adversarial_sets", "shifted_sets") for name in evaluation[key]]
    return ["clean", *named, *(["unknown"] if evaluation["unknown_set"] is not None else [])]


def evaluate_robustness(
    evaluation: dict[str, Any],
    trained: Trained,
    test: Pixels,
    sets: Sets,
    device: torch.device,
    report: Callable[[str], None] = lambda name: None,
) -> dict[str, Any]:
    """Return `accuracy`, by name {"accuracy": %, "n": images}; `detection` (see detection_measures) or None; `sets`.

    `report` is called with each of `part_names` when it is done.

    `clean` is the accuracy on the test images; each of white_box attacks them with the network's own gradients.
    Unknown images are told from the test images of those classes that name them, as ImageNet-O's are. `sets` says of
    each set by name what it is (`unknown`: of the unknown images).

    Raises:
        SettingError: a setting of an attack, or the name of a set, is missing, unknown or out of range.
        DatasetError: an adversarial set is of other images; a class of a set is none of the network's.
    """
    check_evaluation(evaluation)
    _check_sets(evaluation, sets, test, trained.run["dataset"]["sha256"])
    model = pixel_model(trained)
    attacks = {name: build_attack(attack, trained.std) for name, attack in evaluation["white_box"].items()}

    def mask(pixels: Pixels, protocol: str = evaluation["class_mask"]) -> ClassMask:
        found, classes = pixels.description["classes"], test.description["classes"]
        return class_mask(found, classes, protocol, pixels.description["source"], device)

    whole = mask(test, "unmasked")
    accuracy = {}

    def measure(name: str, *how: Any) -> None:
        accuracy[name] = _accuracy(model, *how)
        report(name)

    measure("clean", test, whole)
    for name, attack in attacks.items():
        measure(name, test, whole, attack, stream(evaluation["seed"], "attack", name, device=device))
    for name, pixels in sets.adversarial.items():
        measure(name, pixels, whole)
    for name, pixels in sets.shifted.items():
        measure(name, pixels, mask(pixels))
    detection = None if sets.unknown is None else _detection(model, test, sets.unknown, mask(sets.unknown))
    if detection:
        report("unknown")
    named = {**sets.adversarial, **sets.shifted, **({} if sets.unknown is None else {"unknown": sets.unknown})}
    said = {name: _said(pixels) for name, pixels in named.items()}
    return {"accuracy": accuracy, "detection": detection, "sets": said}


def _said(pixels: Pixels) -> dict[str, Any]:
    known = pixels.description
    return {key: known[key] for key in ("source", "sha256", "specification", "substitute") if key in known}


def _check_sets(evaluation: dict[str, Any], sets: Sets, test: Pixels, dataset_sha256: str) -> None:
    for key, given in (("adversarial_sets", sets.adversarial), ("shifted_sets", sets.shifted)):
        if given.keys() != evaluation[key].keys():
            wanted = ", ".join(evaluation[key]) or "none"
            raise SettingError(f"evaluation: {key}: found {', '.join(given) or 'none'}, expected {wanted}")
    if (sets.unknown is None) != (evaluation["unknown_set"] is None):
        raise SettingError("evaluation: unknown_set: found settings without images, or the other way round")
    classes = test.description["classes"]
    for name, pixels in sets.adversarial.items():
        found = pixels.description["classes"]
        if (len(pixels), found) != (len(test), classes):
            raise DatasetError(
                f"{name}: found {len(pixels)} images of {len(found)} classes, expected adversarial images of the "
                f"{len(test)} test images of {len(classes)} classes"
            )
        if "substitute" not in pixels.description:
            raise DatasetError(f"{name}: found {pixels.description['source']}, expected what make_adversarial.py makes")
        if pixels.description["dataset"]["sha256"] != dataset_sha256:
            raise DatasetError(f"{name}: made of other images than those that the network was trained on")


def _accuracy(
    model: PixelModel,
    pixels: Pixels,
    mask: ClassMask,
    attack: Attack | None = None,
    generator: torch.Generator | None = None,
) -> dict[str, float]:
    correct = torch.zeros((), dtype=torch.int64, device=mask.places.device)
    for images, labels in pixels.batches():
        if attack is not None:
            images = attack(model, images, labels, generator)
        with torch.no_grad():
            correct += (mask.logits(model(images)).argmax(dim=1) == mask.targets(labels)).sum()
    return {"accuracy": 100 * correct.item() / len(pixels), "n": len(pixels)}


def _detection(model: PixelModel, test: Pixels, unknown: Pixels, mask: ClassMask) -> dict[str, float]:
    scores = np.concatenate([_scores(model, images, mask) for images, _ in unknown.batches()])
    known = [
        _scores(model, images[members], mask)
        for images, labels in test.batches()
        if (members := mask.members(labels)).any()
    ]
    if not known:
        raise DatasetError(f"{unknown.description['source']}: no test image is of its classes")
    known = np.concatenate(known)
    return {**detection_measures(scores, known), "n_unknown": len(scores), "n_known": len(known)}


@torch.no_grad()
def _scores(model: PixelModel, images: torch.Tensor, mask: ClassMask) -> np.ndarray:
    # In float64, where fewer sure answers round to 1 and so become ties.
    probabilities = mask.logits(model(images)).double().softmax(dim=1)
    return -probabilities.amax(dim=1).cpu().numpy()
