"""C-scores: which images are held out, and how scores are estimated that nobody published (workflow/cscores.yaml)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, Name, Number, Whole

Inside = Annotated[Number, Field(gt=0, lt=1)]


def _rising(values: list[float]) -> list[float]:
    if values != sorted(set(values)):
        raise ValueError(f"found {values}, expected rising numbers")
    return values


class Estimate(Strict):
    """Networks trained on random subsets: `ratios` of the images, each image held out at least `repeats` times."""

    model: Name
    recipe: Name
    schedule: Name
    ratios: Annotated[list[Inside], Field(min_length=1), AfterValidator(_rising)]
    repeats: Count
    seed: Annotated[Whole, Field(ge=0)]


class CScoreSettings(Strict):
    """The `part` of each class's training images that networks are trained on; the rest is held out."""

    part: Inside
    estimate: Estimate
