"""Weights that others trained (workflow/weights.yaml)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, Name, Number, Positive


class WeightsSettings(Strict):
    """A file of weights with torchvision's names, and the images that they were trained on."""

    source: Annotated[str, Field(min_length=1)]
    """A path, or the address (http or https) that serves the file."""
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    model: Name
    classes: Annotated[Count, Field(ge=2)]
    image_size: Count
    mean: list[Annotated[Number, Field(ge=0, le=1)]]
    std: list[Positive]
