"""Mixed images of two classes, and how networks answer them (workflow/mixed_outputs.yaml)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, Probability, Whole, each_once


class MixedOutputSettings(Strict):
    """`pairs` of test images, the first of the first of `classes`, which keeps each of `shares` of its area."""

    classes: Annotated[list[str], Field(min_length=2, max_length=2), AfterValidator(each_once)]
    shares: Annotated[list[Probability], Field(min_length=1), AfterValidator(each_once)]
    pairs: Count
    seed: Annotated[Whole, Field(ge=0)]
