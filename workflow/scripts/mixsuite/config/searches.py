"""Architecture searches: their settings (workflow/searches.yaml), and what a row's network is searched on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mixsuite.config.schedules import Normalisation
from mixsuite.config.strict import Strict
from mixsuite.config.subsampling import SubsetReference
from mixsuite.config.values import Count, Name, NotNegative, Number, Positive, Probability, Protocol, Switch, Whole

Inside = Annotated[Number, Field(gt=0, lt=1)]


class Scoring(Strict):
    """What selects the subsets that are searched on: an entry of workflow/subsampling.yaml, and the scoring network."""

    subsampling: Name
    model: Name


class SearchSettings(Strict):
    """Everything that a search is made of, but for the images; `released`: what the released code has otherwise."""

    channels: Count
    cells: Annotated[Count, Field(ge=3)]
    nodes: Count
    partial: Count
    epochs: Count
    warmup_epochs: Annotated[Whole, Field(ge=0)]
    """Epochs in which the architecture rests."""
    batch_size: Count
    learning_rate: Positive
    final_learning_rate: NotNegative
    momentum: Probability
    weight_decay: NotNegative
    gradient_norm: Positive
    architecture_learning_rate: Positive
    architecture_betas: tuple[Probability, Probability]
    architecture_weight_decay: NotNegative
    architecture_gradient_norm: Positive
    split: Literal["stratified", "unshuffled"]
    weight_share: Inside
    padding: Annotated[Whole, Field(ge=0)]
    flip: Switch
    normalisation: Literal["dataset"] | Normalisation
    scoring: Scoring
    released: dict[str, Any] = {}

    @model_validator(mode="after")
    def _fitting(self) -> SearchSettings:
        if self.warmup_epochs >= self.epochs:
            raise ValueError(f"warmup_epochs: found {self.warmup_epochs} of {self.epochs} epochs, expected fewer")
        if self.channels % self.partial:
            raise ValueError(f"channels: found {self.channels}, expected a multiple of partial, {self.partial}")
        if self.released:
            SearchSettings.model_validate(self.model_dump(exclude={"released"}) | self.released)
        return self

    def under(self, protocol: Protocol) -> dict[str, Any]:
        """Return what a search is told under `protocol`, as plain data."""
        changes = self.released if protocol == "released" else {}
        settings = SearchSettings.model_validate(self.model_dump(exclude={"released"}) | changes)
        return settings.model_dump(mode="json", exclude={"released", "scoring"})


class SearchReference(Strict):
    """What the cells of a row's network are searched on, and for how long.

    `epochs` and `warmup_epochs` are fractions of the settings' epochs, so that a scale can shorten all searches;
    without a warm-up of its own a search has that of the settings.
    """

    dataset: Name
    subset: SubsetReference | None = None
    epochs: Annotated[Number, Field(gt=0, le=1)] = 1.0
    warmup_epochs: Annotated[Number, Field(ge=0, lt=1)] | None = None

    def shortened(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Return `settings` with the epochs of this search, rounded, at least one, of which one is no warm-up."""
        total = settings["epochs"]
        epochs = max(1, round(self.epochs * total))
        warmup = settings["warmup_epochs"] if self.warmup_epochs is None else round(self.warmup_epochs * total)
        return settings | {"epochs": epochs, "warmup_epochs": min(warmup, epochs - 1)}
