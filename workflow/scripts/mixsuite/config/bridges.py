"""The bridge: images of oh2024's patches, and how a network is trained on them (workflow/bridges.yaml)."""

from __future__ import annotations

from typing import get_args

from pydantic import field_validator

from mixsuite.config.patches import PatchMethod
from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, Name, NotNegative, Positive, Probability, Switch


class BridgeTraining(Strict):
    """SGD; milestones are fractions of the epochs."""

    epochs: Count
    batch_size: Count
    learning_rate: Positive
    momentum: Probability
    nesterov: Switch
    weight_decay: NotNegative
    milestones: list[Probability]
    decay: Positive
    warmup_epochs: NotNegative


class BridgeSettings(Strict):
    """Everything that a bridge is made of, but for the patches; `model` and `recipes` are the suite's names."""

    layout: tuple[Count, Count]
    """Rows and columns of patches in an image."""
    image_size: Count
    channels: Count
    model: Name
    recipes: dict[PatchMethod, Name]
    """What each of oh2024's methods is for images."""
    training: BridgeTraining
    test_samples: Count
    """Test images of each feature."""

    @field_validator("recipes")
    @classmethod
    def _every_method(cls, recipes: dict[str, str]) -> dict[str, str]:
        for method in get_args(PatchMethod):
            if method not in recipes:
                raise ValueError(f"found none for {method}, expected a recipe for each of oh2024's methods")
        return recipes
