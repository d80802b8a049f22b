"""What trained networks withstand: attacks, shifted images, images of no known class (workflow/robustness.yaml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mixsuite.config.strict import Strict
from mixsuite.config.values import MOST_SEEDS, Count, Name, Positive, Whole

ITSELF, SAME = "itself", "same"
"""Whose gradients an attack takes, beside another network's: the attacked one's, the same with another seed's."""


class Fgsm(Strict):
    """The fast gradient sign method."""

    method: Literal["fgsm"]
    gradients_of: Name


class Pgd(Strict):
    """Projected gradient descent; `step_size` in 1/255."""

    method: Literal["pgd"]
    gradients_of: Name
    step_size: Positive
    steps: Count
    start: Literal["random", "image"]


class MarginPgd(Strict):
    """Projected gradient descent on the margin of the logits, from several random starts."""

    method: Literal["margin_pgd"]
    gradients_of: Name
    step_size: Positive
    steps: Count
    restarts: Count


class Substitutes(Strict):
    """How the networks are trained whose gradients attack other networks."""

    recipe: Name
    seed: Annotated[Whole, Field(ge=MOST_SEEDS)]
    """One that no row's network has."""


class RobustnessSettings(Strict):
    """Everything that an evaluation of robustness is made of, but for the network and the images."""

    epsilon: Positive
    """In 1/255."""
    space: Literal["pixels", "normalised"]
    attacks: dict[Name, Annotated[Fgsm | Pgd | MarginPgd, Field(discriminator="method")]]
    substitutes: Substitutes
    shifted: list[Name]
    """Names of sets of shifted images of known classes."""
    unknown: Name | None
    """Name of the set of images of no known class."""
    class_mask: Literal["masked", "unmasked"]
    seed: Annotated[Whole, Field(ge=0)]
