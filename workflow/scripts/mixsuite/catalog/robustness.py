"""What trained networks withstand: their evaluations, and the adversarial and stand-in images that these need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mixsuite.catalog.datasets import form_of
from mixsuite.catalog.image_sets import ImageSet, plan_image_set
from mixsuite.catalog.modules import modules_of
from mixsuite.catalog.planned import PlannedArtefact, PlannedRow
from mixsuite.catalog.runs import Run, Training, resolve_training
from mixsuite.config.house import House
from mixsuite.config.manifest import RunReference
from mixsuite.config.robustness import ITSELF, SAME, RobustnessSettings
from mixsuite.config.robustness_references import image_sets

_OF_LARGE_IMAGES = "mixsuite.robustness.indexed_pixels"


@dataclass(frozen=True)
class _AdversarialSet:
    made_by: Run
    stand_in_notes: tuple[str, ...]
    """In what the substitute is not the paper's."""


def plan_robustness(house: House, artefact: PlannedArtefact) -> PlannedArtefact:
    """Return `artefact` with the evaluation of each of its trainings, if its manifest asks for them.

    A row that shows an attack or images which are not there is missing; the others are evaluated without them.
    """
    name = artefact.definition.settings.get("robustness")
    if name is None:
        return artefact
    settings = house.settings("robustness", name)
    return replace(artefact, rows=tuple(_evaluated(house, settings, row) for row in artefact.rows))


def modules_of_evaluation(evaluation: Run) -> tuple[str, ...]:
    """Return the modules that an evaluation loads by name: its network's, its attacks', those for large images."""
    attacks = evaluation.specification["white_box"].values()
    return (*_modules_of_network(evaluation.needed("training")), *_modules_of_attacks(attacks))


def modules_of_adversarial_set(adversarial_set: Run) -> tuple[str, ...]:
    """Return the modules that making an adversarial set loads by name."""
    attack = adversarial_set.specification["attack"]
    return (*_modules_of_network(adversarial_set.needed("training")), *_modules_of_attacks([attack]))


def _modules_of_network(training: Run) -> tuple[str, ...]:
    large = form_of(training.specification["dataset"]["kind"]) == "index"
    return (*modules_of(training.specification), *([_OF_LARGE_IMAGES] if large else []))


def _modules_of_attacks(attacks: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({f"mixsuite.robustness.{attack['method']}" for attack in attacks})


def _evaluated(house: House, settings: RobustnessSettings, row: PlannedRow) -> PlannedRow:
    if not row.runs:
        return row
    sets = {
        **{name: _adversarial_set(house, settings, name, row.row.run) for name in _transferred(settings)},
        **{name: plan_image_set(house, name, row.runs[0].specification["dataset"]) for name in image_sets(settings)},
    }
    shown = settings.unknown or row.row.id.partition("/")[0]
    if isinstance(sets.get(shown), str):
        return replace(row, runs=(), missing=sets[shown])
    there = {name: found for name, found in sets.items() if not isinstance(found, str)}
    noted = row.with_notes(there[shown].stand_in_notes if shown in there else ())
    return noted.with_measured("evaluation", (_evaluation(settings, run, there) for run in row.runs))


def _evaluation(settings: RobustnessSettings, training: Run, sets: Mapping[str, _AdversarialSet | ImageSet]) -> Run:
    """Return the evaluation of `training` on the `sets` that are there."""
    adversarial = {name: found.made_by for name, found in sets.items() if isinstance(found, _AdversarialSet)}
    others = {name: found for name, found in sets.items() if isinstance(found, ImageSet)}
    own = (name for name, attack in settings.attacks.items() if attack.gradients_of == ITSELF)
    specification = {
        "run": training.identity,
        "white_box": {name: _attack(settings, name) for name in own},
        "adversarial_sets": {name: made.identity for name, made in adversarial.items()},
        "shifted_sets": {name: found.settings for name, found in others.items() if name != settings.unknown},
        "unknown_set": others[settings.unknown].settings if settings.unknown in others else None,
        "class_mask": settings.class_mask,
        "seed": settings.seed,
    }
    made = (found.made_by for found in others.values() if found.made_by)
    return Run(
        "evaluation",
        training.seed,
        specification,
        f"what {training.label} withstands",
        (training, *adversarial.values(), *made),
    )


def _transferred(settings: RobustnessSettings) -> list[str]:
    return [name for name, attack in settings.attacks.items() if attack.gradients_of != ITSELF]


def _adversarial_set(
    house: House, settings: RobustnessSettings, name: str, attacked: RunReference
) -> _AdversarialSet | str:
    of = settings.attacks[name].gradients_of
    model = attacked.model if of == SAME else of
    reference = RunReference(
        dataset=attacked.dataset, model=model, recipe=settings.substitutes.recipe, schedule=attacked.schedule
    )
    found = resolve_training(house, reference)
    if not isinstance(found, Training):
        return found
    substitute = found.run(settings.substitutes.seed)
    specification = {"run": substitute.identity, "attack": _attack(settings, name), "seed": settings.seed}
    made = Run("adversarial_set", settings.seed, specification, f"{name} by {substitute.label}", (substitute,))
    return _AdversarialSet(made, (*found.replaced, *found.changed))


def _attack(settings: RobustnessSettings, name: str) -> dict[str, Any]:
    shared = {"epsilon": settings.epsilon, "space": settings.space}
    return settings.attacks[name].model_dump(exclude={"gradients_of"}) | shared
