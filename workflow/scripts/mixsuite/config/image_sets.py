"""Sets of images on which trained networks are tested beside their test images, such as ImageNet-A; and stand-ins."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, NotNegative, Whole


class RotatedNoisy(Strict):
    """The test images turned by `angle` degrees either way, with noise of a standard deviation in [0, 1]."""

    kind: Literal["rotated_noisy"]
    angle: NotNegative
    noise: NotNegative
    seed: Annotated[Whole, Field(ge=0)]


class PhotographPatches(Strict):
    """Patches of photographs, one for every `one_per` test images."""

    kind: Literal["photograph_patches"]
    one_per: Count
    seed: Annotated[Whole, Field(ge=0)]


StandInSet = Annotated[RotatedNoisy | PhotographPatches, Field(discriminator="kind")]
