"""Training schedules: all settings of a training but its data, network, recipe and seed (workflow/protocols.yaml)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, NotNegative, Number, Positive, Probability, Switch, Whole


class Normalisation(Strict):
    """Per-channel mean and standard deviation, of pixels scaled to [0, 1]."""

    mean: list[Probability]
    std: list[Positive]


class Schedule(Strict):
    """SGD with a stepped learning rate; `milestones` are fractions of `epochs`."""

    epochs: Count
    batch_size: Count
    learning_rate: Positive
    momentum: Probability
    nesterov: Switch
    weight_decay: NotNegative
    milestones: list[Annotated[Number, Field(gt=0, lt=1)]]
    decay: Positive
    warmup_epochs: Annotated[Whole, Field(ge=0)] = 0
    padding: Annotated[Whole, Field(ge=0)]
    flip: Switch
    normalisation: Literal["dataset"] | Normalisation
    loss: Literal["cross_entropy"]

    @model_validator(mode="after")
    def _ordered(self) -> Schedule:
        if self.milestones != sorted(set(self.milestones)):
            raise ValueError(f"milestones: found {self.milestones}, expected rising fractions of the epochs")
        if self.nesterov and self.momentum == 0:
            raise ValueError("momentum: found 0, expected a number above 0 with nesterov")
        return self


class ScheduleProtocols(Strict):
    """One schedule as the paper's text has it, and what the released code does otherwise."""

    title: str
    text: Schedule
    released: dict[str, Any] = {}
    sources: list[str] = []
    """Where each setting was read; printed in the footnotes of the tables."""
