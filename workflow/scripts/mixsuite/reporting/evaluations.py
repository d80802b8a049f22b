"""The evaluations of trained networks behind an artefact: what was measured, on which images, with which attacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixsuite.reporting.results import Results


def shared_part(evaluations: Results, part: str) -> dict[str, Any]:
    """Return what all `evaluations` hold under the key `part`, by name; of a name that several hold, the first's."""
    found: dict[str, Any] = {}
    for by_seed in evaluations.values():
        for content in by_seed.values():
            found = {**_part(content, part), **found}
    return found


def attack_words(attack: Mapping[str, Any]) -> str:
    """Return the settings of an attack in words."""
    settings = dict(attack)
    space = {"pixels": "of pixels in [0, 1]", "normalised": "of normalised images"}[settings.pop("space")]
    words = [f"ε = {settings.pop('epsilon'):g}/255 {space}"]
    if "steps" in settings:
        words.append(f"{settings.pop('steps')} steps of {settings.pop('step_size'):g}/255")
    names = {"fgsm": "FGSM", "pgd": "PGD", "margin_pgd": "PGD on the margin of the logits"}
    method = settings.pop("method")
    words += [f"{name.replace('_', ' ')} {value}" for name, value in settings.items()]
    return f"{names.get(method, method)}, {', '.join(words)}"


def _part(content: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    for place in part.split("/"):
        if place not in content:
            raise ValueError(f"evaluation: {part}: missing, expected the result of an evaluation of robustness")
        content = content[place]
    return content
