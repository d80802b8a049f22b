"""Transfer learning: from which training to which target, and the treatments compared (workflow/transfers.yaml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from mixsuite.checks import suggest
from mixsuite.config.manifest import RunReference
from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, Name, NotNegative, Positive, Probability, Switch, Whole

NETWORK_METHODS = ("co_mixup", "dropblock", "manifold_mixup", "puzzle_mix", "stochastic_depth")
"""Methods that need or change the network in training, which a fine-tuning does not let them."""


class Source(RunReference):
    """The training that the network comes from; `weights` (workflow/weights.yaml), where named, take its place."""

    weights: Name | None = None


class Target(Strict):
    """What the network is fine-tuned on: so many training images of each class of a dataset."""

    dataset: Name
    images_per_class: Count


class Training(Strict):
    """What all treatments share; images are normalised as those that the network was pretrained on."""

    batch_size: Count
    momentum: Annotated[Probability, Field(lt=1)]
    nesterov: Switch
    weight_decay: NotNegative
    padding: Annotated[Whole, Field(ge=0)]
    flip: Switch
    precision: Literal["float32", "bfloat16"]
    image_size: Count | None = None
    """Side in pixels to which images are resized before the network sees them; None: as they are."""


class Step(Strict):
    """A part of a fine-tuning in which the classifier and the last `unfrozen_stages` stages are trained, or `all`."""

    epochs: Count
    learning_rate: Positive
    unfrozen_stages: Annotated[
        Annotated[Literal["all"], Tag("<word>")] | Annotated[Whole, Field(ge=0), Tag("<number>")],
        Discriminator(lambda value: "<word>" if isinstance(value, str) and not value.isdigit() else "<number>"),
    ]


class Treatment(Strict):
    """A fine-tuning: where it starts, how it unfreezes the network, and a recipe for each step of that."""

    start: Literal["pretrained", "scratch"] = "pretrained"
    unfreezing: Name
    recipes: dict[Name, Name]


class Calibration(Strict):
    """Bins of the expected calibration error, and from which confidence on an error is an overconfident one."""

    bins: Count
    overconfident: Probability


class TransferSettings(Strict):
    """A pretrained network fine-tuned with several treatments, of which each is a row of the artefacts that show it."""

    source: Source
    target: Target
    seeds: Count
    training: Training
    unfreezing: dict[Name, Annotated[dict[Name, Step], Field(min_length=1)]]
    """Ways to unfreeze a network, each a few named steps one after the other."""
    treatments: Annotated[dict[Name, Treatment], Field(min_length=1)]
    calibration: Calibration

    @model_validator(mode="after")
    def _a_recipe_per_step(self) -> TransferSettings:
        for name, treatment in self.treatments.items():
            where = f"treatments.{name}"
            if treatment.unfreezing not in self.unfreezing:
                found = treatment.unfreezing
                raise ValueError(f"{where}.unfreezing: found {found!r}{suggest(found, self.unfreezing)}")
            steps, found = list(self.unfreezing[treatment.unfreezing]), list(treatment.recipes)
            if sorted(steps) != sorted(found):
                raise ValueError(
                    f"{where}.recipes: found {', '.join(found)}, expected one for each of {', '.join(steps)}"
                )
        return self
